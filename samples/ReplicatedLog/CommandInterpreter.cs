using System.Globalization;
using Raft;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ReplicatedLog;

/// <summary>Carries out commands of a user or a script, one per line.</summary>
internal sealed class CommandInterpreter(Cluster cluster, EarlierRuns earlier, Action<IRenderable> show)
{
    public const string Help = """
          propose TEXT        propose to the leader, again if that is safe
          propose NODE TEXT   propose to one node, which may refuse
          transfer [NODE]     have the leader hand over, to a node or to the best one
          stop NODE           stop a node, which hands over if it leads; its log store remains
          crash NODE          end a node without a word to the others; its log store remains
          start NODE          start it again over the same log store
          isolate NODE        cut all links of a node
          cut NODE NODE       cut the link between two nodes
          heal                restore all links
          status              the status of each node, and the leader of each term
          logs                the three logs
          wait 2s             wait; 500ms works too
          # anything          a comment
          help                print this
          quit                end; the exit code is 0 if the three logs are equal, otherwise 1
        """;

    private readonly Client _client = new(cluster, earlier);

    /// <summary>Carries out one line. An error is shown, and the next command may follow.</summary>
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
            Show($"[yellow]Outcome unknown[/]: {unknown.Message}");
            Show($"Look at the logs before you propose it again: index {unknown.Index}, term {unknown.Term}.");
        }
        catch (ProposalRefusedException refusal)
        {
            Show($"[yellow]Refused[/]: {refusal.Message}");
        }
        catch (Exception exception) when (exception is RaftException or TimeoutException or OperationCanceledException
            or InvalidOperationException or ArgumentException)
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
                using (CancellationTokenSource limit = new(Cluster.TimeLimit))
                {
                    Show(await _client.ProposeToAsync(node, string.Join(' ', [second, .. rest]), limit.Token));
                }

                break;
            case ["propose", string first, _, ..] when LooksLikeNode(first):
                Show($"[red]There is no node {first}[/], so nothing is proposed. The nodes are {string.Join(", ", Cluster.Members)}.");
                break;
            case ["propose", string first, .. string[] rest]:
                Show(await _client.ProposeAsync(string.Join(' ', [first, .. rest])));
                break;
            case ["transfer"]:
                await TransferAsync(target: null);
                break;
            case ["transfer", string id] when Find(id) is { } node:
                await TransferAsync(node.Id);
                break;
            case ["crash", string id] when Find(id) is { } node:
                await cluster.CrashAsync(node);
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
                Show($"[red]Unknown command '{string.Join(' ', words)}'.[/] The nodes are {string.Join(", ", Cluster.Members)}.");
                show(new Text(Help));
                break;
        }
    }

    private async Task TransferAsync(NodeId? target)
    {
        (Replica leader, _) = await cluster.WaitForLeaderAsync();
        LeadershipTransferResult result = await leader.Running.TransferLeadershipAsync(target);
        string next = result.Leader?.Value ?? "not known";
        Show($"{leader.Id} hands over to {result.Target?.Value ?? "nobody"}: {result.Outcome}. The leader is {next}.");
    }

    private void ShowStatus()
    {
        foreach (Replica replica in cluster.Replicas)
        {
            Show($"{replica.Id}: {replica.Node?.Status.Explanation ?? "stopped"}");
        }

        string leaders = string.Join(", ", cluster.LeaderRecord.Leaders.Select(static each => $"{each.Leader} of term {each.Term}"));
        Show($"Leaders so far: {leaders}");
        foreach (string violation in cluster.LeaderRecord.Violations)
        {
            Show($"[red]WRONG[/]: {violation}");
        }
    }

    private void Show(Acknowledgement done) => Show(
        $"[green]Acknowledged[/] by {done.Leader}: '{done.Text}', index {done.Index} of term {done.Term}, number {done.Position}");

    private void Show(FormattableString text) => show(Markup.FromInterpolated(text));

    private Replica? Find(string id) => cluster.Replicas.FirstOrDefault(replica => replica.Id.Value == id);

    /// <summary>A text like "n4" is more likely a typing error than a string to propose.</summary>
    private static bool LooksLikeNode(string word) => word is ['n', _, ..] && word.Skip(1).All(char.IsAsciiDigit);

    private static TimeSpan? ParseTime(string text)
    {
        (string number, double factor) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 0.001) : (text.TrimEnd('s'), 1.0);
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 3_600_000
            ? TimeSpan.FromSeconds(value * factor)
            : null;
    }
}
