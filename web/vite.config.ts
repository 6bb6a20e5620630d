import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// `npm run dev` serves the dashboard with hot reload in front of the server at TACIT_URL.
const server = process.env.TACIT_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  // Chunks name each other relative to themselves, so that they work below any base path; build.js sees to the page.
  base: './',
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // The content policy allows no inline script, and every browser we support preloads modules by itself.
    modulePreload: { polyfill: false },
    // Inlined assets would be data: addresses, which the policy allows for images only.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs is one file, so that a first visit takes few requests.
        codeSplitting: {
          groups: [
            // Auth methods are much to say that few pages need.
            {
              name: 'shared',
              test: /node_modules|rolldown|src\/(ui|lib|api)\/(?!(text\/)?auth-)|src\/components\/[^/]+$/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server } },
})
