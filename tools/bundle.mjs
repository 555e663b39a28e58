// Bundles the page's script into reports/formats/web/built/page.js, with the licences of what is in it at its head.
// Run by hatch_build.py when a wheel is built; by hand: npm ci && npm run bundle
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "reports/formats/web/built/page.js");
const LICENCES = ["LICENSE", "LICENSE.txt", "LICENSE.md", "Readme.md"];

const result = await build({
  absWorkingDir: root,
  entryPoints: ["reports/formats/web/page.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // the whole licences stand at the head
  metafile: true,
  write: false,
});

const packages = [...new Set(Object.keys(result.metafile.inputs).map(nameOf).filter(Boolean))].sort();
const head = packages.map((name) => `${name} ${version(name)}\n\n${licence(name)}`).join("\n\n----\n\n");
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `/*!\n${head.replaceAll("*/", "* /")}\n*/\n${result.outputFiles[0].text}`);

/** The package that an input file belongs to; nothing for our own. */
function nameOf(file) {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

/** The locked version of a package. */
function version(name) {
  return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
}

/** The text of a package's licence; a package without one must not go into a page that is handed on. */
function licence(name) {
  const found = LICENCES.map((each) => join(root, "node_modules", name, each)).find(existsSync);
  if (!found) throw new Error(`${name} comes without its licence`);
  return readFileSync(found, "utf8").trim();
}
