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

import { interpreterWithServer, onOtherInterpreter } from "./interpreter";
import { DEFAULT_PATH, isPage, mayBeSource, serverCommand } from "./server";
import { Status } from "./status";

const SOURCES = [
  { scheme: "file", pattern: "**/*.{tf,tofu,tfvars,hcl,yaml,yml,json,template}" },
];

let client: LanguageClient | undefined;
let status: Status;

/** Start the server with the first document that may be a source. */
export function activate(context: ExtensionContext): void {
  status = new Status(SOURCES);
  const look = (document: TextDocument): void => {
    if (document.uri.scheme === "file" && mayBeSource(document.fileName, document.getText())) {
      void start();
    }
  };
  context.subscriptions.push(
    status,
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
    commands.registerCommand("taskwall.showLog", () => client?.outputChannel.show()),
    commands.registerCommand("taskwall.openWalkthrough", () =>
      commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`),
    ),
  );
  void onOtherInterpreter(() => client !== undefined && path() === DEFAULT_PATH && void restart()).then(
    (listening) => context.subscriptions.push(listening),
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

function path(): string {
  return workspace.getConfiguration("taskwall").get<string>("path") || DEFAULT_PATH;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  if (client !== undefined) {
    return;
  }
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const python = path() === DEFAULT_PATH ? await interpreterWithServer() : undefined;
  if (client !== undefined) {
    return; // another document has started it meanwhile
  }
  const { command, args } = serverCommand(path(), folder, python);
  const line = [command, ...args].join(" ");
  status.starting(line);
  const starting = (client = new LanguageClient(
    "taskwall",
    "taskwall",
    { command, args, options: { cwd: folder } },
    {
      documentSelector: SOURCES,
      // The editor shows message, rule and chain of a diagnostic in the same hover.
      initializationOptions: { diagnosticsInHover: true },
      synchronize: { configurationSection: "taskwall" },
      middleware: { window: { showDocument } },
    },
  ));
  try {
    await starting.start();
    status.running(line);
  } catch (error) {
    status.failed(`${line}: ${String(error)}`);
    const answer = await window.showErrorMessage(
      `taskwall could not be started as "${line}" (${String(error)}). Install it with its extra ` +
        `"lsp", or set its path.`,
      "Get Started",
      "Open Settings",
    );
    if (answer === "Get Started") {
      await commands.executeCommand("taskwall.openWalkthrough");
    } else if (answer !== undefined) {
      await commands.executeCommand("workbench.action.openSettings", "taskwall.path");
    }
  }
}
