import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Assets are never inlined: the server's CSP allows nothing but files of its own. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    target: 'es2023',
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7440', '/log': 'http://127.0.0.1:7440' } },
});
