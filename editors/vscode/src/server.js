"use strict";

/**
 * The command that starts the server.
 *
 * Plain JavaScript, so that the tests of the server can start it in the same way.
 *
 * @param {string} path what the setting `taskwall.path` says
 * @param {string | undefined} folder the first folder of the workspace
 * @returns {{ command: string, args: string[] }}
 */
function serverCommand(path, folder) {
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

module.exports = { isPage, mayBeSource, serverCommand };
