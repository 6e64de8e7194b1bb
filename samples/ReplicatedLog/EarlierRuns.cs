using System.Globalization;
using Raft;

namespace ReplicatedLog;

/// <summary>
/// What earlier runs over the same folder have left, and a file in which the client notes what was acknowledged, so that the next run
/// can check that it is there. Does nothing if the logs are in memory.
/// </summary>
internal sealed class EarlierRuns(Cluster cluster)
{
    private const string NotesName = "acknowledged.txt";

    private readonly Lock _lock = new();
    private readonly List<(long Position, string Text)> _promises = [];
    private bool _isFirst = true;
    private string _suffix = ""; // the term of a run's first leader, which no other run has

    private string? Notes => cluster.Data is null ? null : Path.Combine(cluster.Data, NotesName);

    /// <summary>Shows what each node will start from. Called before the nodes start.</summary>
    /// <exception cref="IOException">Another process uses the folders.</exception>
    public async Task FindAsync()
    {
        if (Notes is null)
        {
            return;
        }

        foreach (Replica replica in cluster.Replicas)
        {
            LogState state = await replica.ReadStateAsync();
            _isFirst &= state.LastIndex == 0;
            Narrator.Say($"  {replica.Id} finds {Describe(state)}.");
        }

        ReadNotes();
    }

    /// <summary>Checks that each node has applied what earlier runs have acknowledged. Called after the nodes have started.</summary>
    public async Task<bool> CheckAsync()
    {
        if (Notes is null)
        {
            return true;
        }

        bool isComplete = true;
        long term = 0;
        foreach (Replica replica in cluster.Replicas)
        {
            RaftStatus status = await cluster.CatchUpAsync(replica);
            term = Math.Max(term, status.Term);
            IReadOnlyList<string> strings = replica.Machine.Entries;
            foreach ((long position, string text) in _promises.Where(
                promise => strings.ElementAtOrDefault((int)promise.Position - 1) != promise.Text))
            {
                isComplete = false;
                Narrator.Say($"[red]WRONG[/]: {replica.Id} has lost '{text}', which was acknowledged as number {position}.");
            }
        }

        _suffix = _isFirst ? "" : string.Create(CultureInfo.InvariantCulture, $" {term}");
        if (isComplete && _promises.Count > 0)
        {
            Narrator.Say($"[green]All {_promises.Count} strings that earlier runs have acknowledged are on every node.[/]");
        }

        return isComplete;
    }

    /// <summary>The string that this run proposes: another one than in earlier runs, so that repeated strings can be noticed.</summary>
    public string Distinguish(string text) => text + _suffix;

    /// <summary>Notes an acknowledged string.</summary>
    public void Note(Acknowledgement acknowledgement)
    {
        if (Notes is not { } path)
        {
            return;
        }

        lock (_lock)
        {
            File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{acknowledgement.Position}\t{acknowledgement.Text}\n"));
        }
    }

    private static string Describe(LogState state)
    {
        long count = state.LastIndex - state.PreviousIndex;
        string snapshot = state.PreviousIndex == 0 ? "" : $"a snapshot up to index {state.PreviousIndex}, and ";
        string entries = count == 1 ? "1 entry" : $"{count} entries";
        return state.HardState.Term == 0
            ? "nothing: its folder is new"
            : $"{snapshot}{entries} in its log, and is in term {state.HardState.Term}";
    }

    private void ReadNotes()
    {
        if (!File.Exists(Notes))
        {
            return;
        }

        string all = File.ReadAllText(Notes);
        string complete = all[..(all.LastIndexOf('\n') + 1)]; // a line without an end was being written when the process ended
        foreach (string line in complete.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            _promises.Add((long.Parse(line.AsSpan(0, tab), CultureInfo.InvariantCulture), line[(tab + 1)..]));
        }
    }
}
