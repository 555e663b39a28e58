// Bundles the page's script and its loader, and the dashboard's script, each into the folder `built` beside its sources,
// with the licences of what is in it at its head.
// Run by hatch_build.py when a wheel is built; by hand: npm ci && npm run bundle
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const LICENCES = ["LICENSE", "LICENSE.txt", "LICENSE.md", "Readme.md"];

const SCRIPTS = [
  ["reports/formats/web", "page.js"],
  ["reports/formats/web", "loader.js"],
  ["reports/dashboard/web", "dashboard.js"],
];

for (const [folder, name] of SCRIPTS) await bundle(join(root, folder), name);

/** Bundle one script; a loader has no package of others in it and so no licence at its head. */
async function bundle(sources, name) {
  const result = await build({
    entryPoints: [join(sources, name)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none", // the whole licences stand at the head
    absWorkingDir: root,
    metafile: true,
    write: false,
  });
  const packages = [...new Set(Object.keys(result.metafile.inputs).map(nameOf).filter(Boolean))].sort();
  const head = packages.map((each) => `${each} ${version(each)}\n\n${licence(each)}`).join("\n\n----\n\n");
  mkdirSync(join(sources, "built"), { recursive: true });
  const legal = head && `/*!\n${head.replaceAll("*/", "* /")}\n*/\n`;
  writeFileSync(join(sources, "built", name), legal + result.outputFiles[0].text);
}

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
