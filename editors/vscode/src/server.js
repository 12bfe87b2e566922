"use strict";

/** What the setting `taskwall.path` is if nobody sets it. */
const DEFAULT_PATH = "taskwall";

/**
 * The command that starts the server.
 *
 * Plain JavaScript, so that the tests of the server can start it in the same way.
 *
 * @param {string} path what the setting `taskwall.path` says
 * @param {string | undefined} folder the first folder of the workspace
 * @param {string | undefined} [python] an interpreter in which the server is installed, which is used
 *   where the setting says nothing
 * @returns {{ command: string, args: string[] }}
 */
function serverCommand(path, folder, python) {
  if (path === DEFAULT_PATH && python) {
    return { command: python, args: ["-m", "taskwall", "lsp"] };
  }
  return { command: path.replaceAll("${workspaceFolder}", folder ?? "."), args: ["lsp"] };
}

/**
 * Whether a document may be a source, so that the server is worth its start: cheap, and true of
 * every Terraform file and template.
 *
 * @param {string} path
 * @param {string} text
 * @returns {boolean}
 */
function mayBeSource(path, text) {
  if (/\.(tf|tofu|tfvars|hcl)(\.json)?$/.test(path)) {
    return true;
  }
  return /\.(ya?ml|json|template)$/.test(path) && text.includes("Resources") && text.includes("AWS::");
}

/**
 * Whether a document is a page that the server has written to be read.
 *
 * @param {string} uri
 * @returns {boolean}
 */
function isPage(uri) {
  return /\/taskwall-[^/]+\/[^/]+\.md$/.test(uri);
}

module.exports = { DEFAULT_PATH, isPage, mayBeSource, serverCommand };
