import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: "public",
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    sourcemap: false,
    target: "es2023",
    // The polyfill is an inline script's work in disguise, and every browser that we speak to preloads by itself.
    modulePreload: { polyfill: false },
    // A file as a data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        index: `${import.meta.dirname}/index.html`,
        docs: `${import.meta.dirname}/docs.html`,
      },
    },
  },
});
