import { execFile } from "node:child_process";
import { Disposable, extensions, Uri, workspace } from "vscode";

/** What of the Python extension's interface is used here (its package `@vscode/python-extension`). */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: Uri): { path: string };
    resolveEnvironment(
      environment: { path: string },
    ): Promise<{ executable: { uri?: Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath(listener: () => void): Disposable;
  };
}

/** So many milliseconds an interpreter may take to say whether it has the server. */
const PATIENCE = 10_000;

/**
 * The interpreter that the Python extension has selected, if the server is installed there.
 *
 * Nothing of an untrusted workspace is run: its interpreter may lie within it.
 */
export async function interpreterWithServer(): Promise<string | undefined> {
  const python = workspace.isTrusted ? await pythonExtension() : undefined;
  if (python === undefined) {
    return undefined;
  }
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const selected = python.environments.getActiveEnvironmentPath(folder);
  const environment = await python.environments.resolveEnvironment(selected);
  const program = environment?.executable.uri?.fsPath;
  return program !== undefined && (await hasServer(program)) ? program : undefined;
}

/** Call a function whenever another interpreter is selected. */
export async function onOtherInterpreter(listener: () => void): Promise<Disposable> {
  const python = await pythonExtension();
  return python?.environments.onDidChangeActiveEnvironmentPath(listener) ?? new Disposable(() => {});
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  try {
    return await extensions.getExtension<PythonExtension>("ms-python.python")?.activate();
  } catch {
    return undefined; // it is broken, which it says itself
  }
}

function hasServer(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    const code = "import pygls, taskwall.languageserver";
    // -I: what lies in the folder is not imported.
    execFile(program, ["-I", "-c", code], { timeout: PATIENCE }, (error) => resolve(error === null));
  });
}
