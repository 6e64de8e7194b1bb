using System.Globalization;
using Raft;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ReplicatedLog;

/// <summary>Carries out what a person types, or a script says: one command a line.</summary>
internal sealed class CommandInterpreter(Cluster cluster, Action<IRenderable> show)
{
    public const string Help = """
          propose TEXT        propose to the leader, as often as is safe
          propose NODE TEXT   propose to one node, which may refuse
          stop NODE           stop a node; its log store stays
          start NODE          start it anew over the same log store
          isolate NODE        cut all links of a node
          cut NODE NODE       cut the link between two nodes
          heal                mend all links
          status              what each node knows, and who led which term
          logs                the three logs side by side
          wait 2s             let time pass; 500ms works too
          # anything          a comment
          help                print this
          quit                leave; exit code 0 if the three logs are equal, else 1
        """;

    private readonly Client _client = new(cluster);

    /// <summary>Carries out one line. Whatever goes wrong is shown, and the next command may follow.</summary>
    /// <returns>False to quit.</returns>
    public async Task<bool> ExecuteAsync(string line)
    {
        string[] words = [.. line.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).TakeWhile(static word => word != "#")];
        if (words is ["quit" or "exit"])
        {
            return false;
        }

        try
        {
            await ExecuteAsync(words);
        }
        catch (OutcomeUnknownException unknown)
        {
            Show($"[yellow]Outcome unknown[/]: {unknown.Message} Look at the logs before you propose it again: index {unknown.Index}, term {unknown.Term}.");
        }
        catch (ProposalRefusedException refusal)
        {
            Show($"[yellow]Refused[/]: {refusal.Message}");
        }
        catch (Exception exception) when (exception is RaftException or TimeoutException or OperationCanceledException or InvalidOperationException or ArgumentException)
        {
            Show($"[red]{exception.Message}[/]");
        }

        return true;
    }

    private async Task ExecuteAsync(string[] words)
    {
        switch (words)
        {
            case []:
                break;
            case ["propose", string first, string second, .. string[] rest] when Find(first) is { } node:
                using (CancellationTokenSource patience = new(Cluster.Patience))
                {
                    Show(await _client.ProposeToAsync(node, string.Join(' ', [second, .. rest]), patience.Token));
                }

                break;
            case ["propose", string first, _, ..] when LooksLikeNode(first):
                Show($"[red]There is no node {first}[/], so nothing is proposed. Nodes are {string.Join(", ", Cluster.Members)}.");
                break;
            case ["propose", string first, .. string[] rest]:
                Show(await _client.ProposeAsync(string.Join(' ', [first, .. rest])));
                break;
            case ["stop", string id] when Find(id) is { } node:
                await node.StopAsync();
                break;
            case ["start", string id] when Find(id) is { } node:
                await cluster.StartAsync(node);
                break;
            case ["isolate", string id] when Find(id) is { } node:
                cluster.Network.Isolate(node.Id);
                break;
            case ["cut", string one, string other] when Find(one) is { } from && Find(other) is { } to && from != to:
                cluster.Network.Cut(from.Id, to.Id);
                break;
            case ["heal"]:
                cluster.Network.Heal();
                break;
            case ["status"]:
                ShowStatus();
                break;
            case ["logs"]:
                show(await Tables.LogsAsync(cluster.Replicas));
                break;
            case ["wait", string time] when ParseTime(time) is { } duration:
                await Task.Delay(duration);
                break;
            case ["help" or "?"]:
                show(new Text(Help));
                break;
            default:
                Show($"[red]I do not understand '{string.Join(' ', words)}'.[/] Nodes are {string.Join(", ", Cluster.Members)}. Possible is:");
                show(new Text(Help));
                break;
        }
    }

    private void ShowStatus()
    {
        foreach (Replica replica in cluster.Replicas)
        {
            Show($"{replica.Id}: {replica.Node?.Status.Explanation ?? "stopped"}");
        }

        Show($"Leaders so far: {string.Join(", ", cluster.LeaderRecord.Leaders.Select(static each => $"{each.Leader} of term {each.Term}"))}");
        foreach (string violation in cluster.LeaderRecord.Violations)
        {
            Show($"[red]WRONG[/]: {violation}");
        }
    }

    private void Show(Acknowledgement done) =>
        Show($"[green]Acknowledged[/] by {done.Leader}: '{done.Text}' at index {done.Index} of term {done.Term}, string number {done.Position}");

    private void Show(FormattableString text) => show(Markup.FromInterpolated(text));

    private Replica? Find(string id) => cluster.Replicas.FirstOrDefault(replica => replica.Id.Value == id);

    /// <summary>More likely a slip of the finger than a text.</summary>
    private static bool LooksLikeNode(string word) => word is ['n', _, ..] && word.Skip(1).All(char.IsAsciiDigit);

    private static TimeSpan? ParseTime(string text)
    {
        (string number, double factor) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 0.001) : (text.TrimEnd('s'), 1.0);
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 3_600_000
            ? TimeSpan.FromSeconds(value * factor)
            : null;
    }
}
