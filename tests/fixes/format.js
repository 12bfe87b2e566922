// Formats texts as `terraform fmt` does: a JSON list of texts on standard input, one on output.
const { readFileSync } = require("node:fs");
const { format } = require("@cdktf/hcl-tools");

async function main() {
  const formatted = [];
  for (const text of JSON.parse(readFileSync(0, "utf8"))) {
    formatted.push(await format(text));
  }
  process.stdout.write(JSON.stringify(formatted), () => process.exit(0));
}

main();
