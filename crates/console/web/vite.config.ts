import { defineConfig } from 'vite';

// For work on the page: `npm run dev` asks a `linewright serve` that runs beside it.
const service = 'http://127.0.0.1:8080';
const proxy = { '/api': service, '/readyz': service };

export default defineConfig({
  logLevel: 'warn',
  build: {
    target: 'es2023',
    // A data: address would be refused as a picture by stricter policies; files are as cheap.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2500,
    modulePreload: { polyfill: false },
    // Ant Design marks its modules for servers that render React; this page is drawn in the browser.
    rolldownOptions: { onLog: (level, log, next) => { if (log.code !== 'MODULE_LEVEL_DIRECTIVE') next(level, log); } },
  },
  worker: { format: 'es' },
  server: { proxy },
});
