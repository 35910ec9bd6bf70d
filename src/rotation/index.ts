export { ROTATION_DUE, ROTATION_STALLED } from './findings.ts';
export { scheduleRotation, wakeRotation } from './schedule.ts';
export { createRotation, type Rotation, type RotationView } from './service.ts';
