/**
 * Names by which two sources know one thing. A name is made from what cannot be the same by chance: public key material, a
 * provider's global id, a keyed fingerprint of a secret.
 */
export const joins = {
  /** `fingerprint` as OpenSSH prints it: `SHA256:…`. */
  ssh: (fingerprint: string) => `ssh:${fingerprint}`,
  /** SHA-256 over the SubjectPublicKeyInfo, hex. */
  spki: (sha256: string) => `spki:${sha256}`,
  /** A secret's value under this installation's key. */
  secret: (fingerprint: string) => `secret:${fingerprint}`,
  aws: (arn: string) => `aws:${arn}`,
  awsKey: (accessKeyId: string) => `aws-key:${accessKeyId}`,
  /** `cluster` is the issuer of its tokens where it is known, so that a cloud's trust names the same. */
  kubernetes: (issuer: string, namespace: string, name: string) =>
    `kubernetes:${issuer}#system:serviceaccount:${namespace}:${name}`,
  /** A repository, `owner/name`, lower case. */
  github: (repository: string) => `github:${repository.toLowerCase()}`,
  githubApp: (appId: number | string) => `github-app:${appId}`,
  gcp: (email: string) => `gcp:${email.toLowerCase()}`,
  entra: (applicationId: string) => `entra:${applicationId.toLowerCase()}`,
  /** A login of one database server, `host:port/name`. */
  database: (server: string, role: string) => `database:${server}/${role}`,
  directory: (distinguishedName: string) => `directory:${distinguishedName.toLowerCase()}`,
};
