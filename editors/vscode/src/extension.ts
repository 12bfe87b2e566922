import {
  CancellationTokenSource,
  commands,
  ExtensionContext,
  TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import {
  LanguageClient,
  ShowDocumentParams,
  ShowDocumentRequest,
  ShowDocumentResult,
} from "vscode-languageclient/node";

import { isPage, mayBeSource, serverCommand } from "./server";

const SOURCES = "**/*.{tf,tofu,tfvars,hcl,yaml,yml,json,template}";

let client: LanguageClient | undefined;

/** Start the server with the first document that may be a source. */
export function activate(context: ExtensionContext): void {
  const look = (document: TextDocument): void => {
    if (document.uri.scheme === "file" && mayBeSource(document.fileName, document.getText())) {
      void start();
    }
  };
  context.subscriptions.push(
    workspace.onDidOpenTextDocument(look),
    workspace.onDidChangeTextDocument((event) => {
      if (client === undefined) {
        look(event.document);
      }
    }),
    workspace.onDidChangeConfiguration(async (event) => {
      if (client !== undefined && event.affectsConfiguration("taskwall.path")) {
        await restart();
      }
    }),
    commands.registerCommand("taskwall.restart", restart),
  );
  workspace.textDocuments.forEach(look);
}

/** Stop the server. */
export async function deactivate(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

/** Show the pages that the server writes as pages, and all else as the editor does. */
async function showDocument(
  params: ShowDocumentParams,
  next: ShowDocumentRequest.HandlerSignature,
): Promise<ShowDocumentResult> {
  if (isPage(params.uri)) {
    await commands.executeCommand("markdown.showPreview", Uri.parse(params.uri));
    return { success: true };
  }
  const result = await next(params, new CancellationTokenSource().token);
  return result instanceof Error ? { success: false } : result;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  if (client !== undefined) {
    return;
  }
  const path = workspace.getConfiguration("taskwall").get<string>("path") || "taskwall";
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const { command, args } = serverCommand(path, folder);
  const starting = (client = new LanguageClient(
    "taskwall",
    "taskwall",
    { command, args, options: { cwd: folder } },
    {
      documentSelector: [{ scheme: "file", pattern: SOURCES }],
      synchronize: { configurationSection: "taskwall" },
      middleware: { window: { showDocument } },
    },
  ));
  try {
    await starting.start();
  } catch (error) {
    const answer = await window.showErrorMessage(
      `taskwall could not be started as "${command} lsp" (${String(error)}). Install it, for ` +
        `example by "pipx install taskwall[lsp]", or set its path.`,
      "Open Settings",
    );
    if (answer !== undefined) {
      await commands.executeCommand("workbench.action.openSettings", "taskwall.path");
    }
  }
}
