// Parses files with HashiCorp's parser: paths on standard input, one JSON object for each on output.
const { readFileSync } = require("node:fs");
const { parse } = require("@cdktf/hcl2json");

async function main() {
  const paths = readFileSync(0, "utf8").split("\n").filter(Boolean);
  for (const path of paths) {
    let line;
    try {
      line = { path, tree: await parse("main.tf", readFileSync(path, "utf8")) };
    } catch (error) {
      line = { path, error: String(error).split("\n")[0] };
    }
    process.stdout.write(JSON.stringify(line) + "\n");
  }
}

main().then(() => process.exit(0));
