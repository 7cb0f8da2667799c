import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `preview.html` (the views with made-up data) is served by `npm run dev` only: a build takes index.html alone.
export default defineConfig({
  base: '/',
  plugins: [react()],
  // The conference code comes in a chunk of its own, while the preparation page is looked at.
  build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:7880',
      '/rtc': { target: 'ws://127.0.0.1:7880', ws: true },
    },
  },
});
