import { commands, Disposable, DocumentSelector, languages, LanguageStatusSeverity } from "vscode";

/** Says beside the language of a document whether the server runs, and how it was started. */
export class Status implements Disposable {
  private readonly item;

  constructor(selector: DocumentSelector) {
    this.item = languages.createLanguageStatusItem("taskwall.server", selector);
    this.item.name = "taskwall";
  }

  starting(command: string): void {
    this.show("starting", command, LanguageStatusSeverity.Information, true);
  }

  running(command: string): void {
    this.show("running", command, LanguageStatusSeverity.Information, false);
    void commands.executeCommand("setContext", "taskwall.running", true);
  }

  failed(why: string): void {
    this.show("not running", why, LanguageStatusSeverity.Error, false);
    void commands.executeCommand("setContext", "taskwall.running", false);
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(state: string, detail: string, severity: LanguageStatusSeverity, busy: boolean) {
    this.item.text = `taskwall: ${state}`;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = busy;
    this.item.command = { command: "taskwall.restart", title: "Restart" };
  }
}
