// Bundles the islands, the one style sheet and the pictures into a folder, and writes the table of them that the
// gateway serves. Called by build.rs: node build.mjs OUT_DIR
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error("give the folder to write into");
const folder = join(out, "assets");
mkdirSync(folder, { recursive: true });

const islands = readdirSync(join(here, "src/islands")).filter((name) => name.endsWith(".ts")).sort();
const bundled = await build({
  absWorkingDir: here,
  entryPoints: islands.map((name) => `src/islands/${name}`),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  write: false,
  outdir: folder,
  logLevel: "warning",
});
const sheets = readdirSync(join(here, "style")).filter((name) => name.endsWith(".css")).sort();
const style = await build({
  absWorkingDir: here,
  stdin: {
    contents: sheets.map((name) => `@import "./style/${name}";`).join("\n"),
    resolveDir: here,
    loader: "css",
  },
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  write: false,
  outfile: join(folder, "console.css"),
  logLevel: "warning",
});

const pictures = readdirSync(join(here, "pictures")).filter((name) => name.endsWith(".svg")).sort()
  .map((name) => ({ path: name, contents: readFileSync(join(here, "pictures", name)) }));

const KINDS = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };
const rows = [...bundled.outputFiles, ...style.outputFiles, ...pictures].map((file) => {
  const name = file.path.split(/[\\/]/).pop();
  const hash = createHash("sha256").update(file.contents).digest("hex").slice(0, 16);
  writeFileSync(join(folder, name), file.contents);
  const [stem, kind] = [name.slice(0, name.lastIndexOf(".")), name.split(".").pop()];
  const at = JSON.stringify(join(folder, name));
  return `    Asset { name: "${name}", path: "/assets/${stem}-${hash}.${kind}", kind: "${KINDS[kind]}", bytes: include_bytes!(${at}) },`;
});
writeFileSync(join(out, "assets.rs"), `/// Every file that a page may ask for.\npub(crate) static ASSETS: &[Asset] = &[\n${rows.sort().join("\n")}\n];\n`);
