using System.Diagnostics;
using Raft;
using Spectre.Console;

namespace ReplicatedLog;

/// <summary>The narrated demonstration, a method for each chapter. Read it from top to bottom.</summary>
internal sealed class Story(Cluster cluster, EarlierRuns earlier)
{
    private readonly Client _client = new(cluster, earlier);
    private readonly Stopwatch _watch = new();

    // Strings whose outcome is unknown, and their place in the log of the leader that appended them.
    private readonly List<(string Text, OutcomeUnknownException Unknown)> _unknown = [];

    /// <returns>True if all three logs are equal at the end, and every acknowledged string is where it was acknowledged.</returns>
    public async Task<bool> RunAsync()
    {
        _watch.Start();
        Narrator.Say($"Three nodes, n1, n2 and n3, run in one process, each with its log {Place}.");
        Narrator.Say($"They are connected by [bold]{cluster.TransportName}[/].");
        (TimeSpan shortest, TimeSpan longest) = (Cluster.MinimumElectionTimeout, Cluster.MaximumElectionTimeout);
        Narrator.Say($"Election timeouts are {shortest.TotalMilliseconds:0} to {longest.TotalMilliseconds:0} ms.");
        Narrator.Why($"Each node has a host of its own, whose warnings appear between these lines.");

        await earlier.FindAsync();
        await ElectAsync();
        if (!await earlier.CheckAsync())
        {
            await cluster.StopAllAsync();
            return false;
        }

        await ReplicateAsync();
        Replica stopped = await StopLeaderAsync();
        await ContinueWithoutAsync(stopped);
        await RestartAsync(stopped);
        Replica cutOff = await PartitionAsync();
        await ReadAsync(cutOff);
        await HealAsync(cutOff);
        await CompactAsync();
        return await EndAsync();
    }

    private string Place => cluster.Data is null ? "in memory" : $"in a folder of its own in {cluster.Data}";

    private async Task ElectAsync()
    {
        await Narrator.ChapterAsync(1, "An election");
        await cluster.StartAllAsync();
        foreach (Replica replica in cluster.Replicas)
        {
            // Every node, leader or not, can wait until it knows a leader.
            using CancellationTokenSource limit = new(Cluster.TimeLimit);
            NodeId leader = await replica.Running.WaitForLeaderAsync(limit.Token);
            RaftStatus status = replica.Running.Status;
            string vote = status.VotedFor is { } candidate ? $"voted for {candidate}" : "has not voted";
            Narrator.Say($"  {replica.Id} knows that {leader} leads term {status.Term}, and {vote}.");
        }

        Narrator.Say($"Elected after {_watch.ElapsedMilliseconds} ms.");
    }

    private async Task ReplicateAsync()
    {
        await Narrator.ChapterAsync(2, "Strings, replicated and acknowledged");
        await ProposeAsync("apple", "banana", "cherry");
        Narrator.Why($"An acknowledged string is on a majority of the nodes, so it survives the loss of any node.");
        Narrator.Why($"The first index of a log is an entry with which the first leader records who the members are.");
    }

    private async Task<Replica> StopLeaderAsync()
    {
        await Narrator.ChapterAsync(3, "The leader stops, and the next one crashes");
        (Replica first, RaftStatus before) = await cluster.WaitForLeaderAsync();
        Replica second = await ReplaceAsync(first, before.Term, "stops", first.StopAsync);
        Narrator.Why($"A leader that stops hands over: it asks a node that has its whole log to campaign at once.");

        await cluster.StartAsync(first);
        await cluster.CatchUpAsync(first);
        await ReplaceAsync(second, second.Running.Status.Term, "crashes", () => cluster.CrashAsync(second));
        Narrator.Why($"After a crash the other two notice only silence, and vote after an election timeout. Two of three are a majority.");
        return second;
    }

    /// <summary>Takes a leader away, and measures how long nobody leads.</summary>
    private async Task<Replica> ReplaceAsync(Replica leader, long term, string how, Func<Task> leave)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Task leaving = leave();
        (Replica successor, RaftStatus after) = await cluster.WaitForLeaderAsync(afterTerm: term);
        long duration = watch.ElapsedMilliseconds;
        await leaving;
        Narrator.Say($"  {leader.Id}, leader of term {term}, [red]{how}[/]. Its log store remains.");
        Narrator.Say($"  {successor.Id} leads term {after.Term}, {duration} ms later.");
        return successor;
    }

    private async Task ContinueWithoutAsync(Replica stopped)
    {
        await Narrator.ChapterAsync(4, $"The cluster continues without {stopped.Id}");
        await ProposeAsync("date", "elderberry");
    }

    private async Task RestartAsync(Replica stopped)
    {
        await Narrator.ChapterAsync(5, $"{stopped.Id} restarts");
        int entries = (await stopped.ReadLogAsync()).Count;
        await cluster.StartAsync(stopped);
        Narrator.Say($"  {stopped.Id} starts with {entries} entries in its log store and an empty state machine.");

        RaftStatus status = await cluster.CatchUpAsync(stopped);
        Narrator.Say($"  {stopped.Id} has caught up: it follows {status.Leader}, and has applied all {status.LastIndex} entries.");
        Narrator.Why($"The leader found the last entry that both logs have in common, and sent the entries after it.");
    }

    private async Task<Replica> PartitionAsync()
    {
        await Narrator.ChapterAsync(6, "A partition");
        (Replica cutOff, RaftStatus before) = await cluster.WaitForLeaderAsync();
        cluster.Network.Isolate(cutOff.Id);

        // Not awaited yet: without a majority they cannot commit, so they do not complete.
        string[] texts = ["fig", "grape"];
        (string, Task<Acknowledgement>)[] uncommitted =
            [.. texts.Select(text => (text, _client.ProposeToAsync(cutOff, earlier.Distinguish(text))))];
        Narrator.Say($"  {cutOff.Id}, leader of term {before.Term}, is [red]cut off[/], and still appends 'fig' and 'grape'.");

        (Replica successor, RaftStatus after) = await cluster.WaitForLeaderAsync(afterTerm: before.Term);
        Narrator.Say($"  The majority has elected {successor.Id}, in term {after.Term}.");
        foreach ((string text, Task<Acknowledgement> proposal) in uncommitted)
        {
            await ReportUncommittedAsync(cutOff, text, proposal);
        }

        Narrator.Why($"The outcome is unknown, because {cutOff.Id} does not know whether the others received the entry in time.");
        Narrator.Why($"The client must not repeat the proposal yet: the string could be in the list twice.");
        try
        {
            await _client.ProposeToAsync(cutOff, earlier.Distinguish("honeydew"));
        }
        catch (NotLeaderException refusal)
        {
            string leader = refusal.Leader is { } known ? $"{known.Id} is" : "it knows no leader";
            Narrator.Say($"  {cutOff.Id} refuses 'honeydew': it is not the leader, and {leader}.");
            Narrator.Why($"A refused string is not in the log, so the client may propose it to another node at once.");
        }

        await ProposeAsync("honeydew", "kiwi");
        return cutOff;
    }

    private async Task ReportUncommittedAsync(Replica cutOff, string text, Task<Acknowledgement> proposal)
    {
        try
        {
            // A leader that a majority does not answer for the shortest election timeout steps down, which ends the wait.
            await proposal.WaitAsync(Cluster.TimeLimit);
            throw new InvalidOperationException($"{cutOff.Id} has acknowledged '{text}' without a majority.");
        }
        catch (OutcomeUnknownException unknown)
        {
            _unknown.Add((text, unknown));
            Narrator.Say($"  {cutOff.Id} has stepped down.");
            Narrator.Say($"  [yellow]Outcome unknown[/]: '{text}', index {unknown.Index} of term {unknown.Term}");
        }
        catch (ProposalRefusedException refusal)
        {
            // Only if this process paused so long that the leader had stepped down before it was asked.
            Narrator.Say($"  {cutOff.Id} refused '{text}' at once: {refusal.Message}");
            await ProposeAsync(text);
        }
    }

    private async Task ReadAsync(Replica cutOff)
    {
        await Narrator.ChapterAsync(7, "Reads on any node, during the partition");
        (Replica leader, _) = await cluster.WaitForLeaderAsync();
        Replica follower = cluster.Except(leader).First(replica => replica != cutOff);

        // No consistency is named, so the answer includes everything that was acknowledged to anyone before.
        Acknowledgement[] acknowledged = [.. _client.Acknowledged];
        using CancellationTokenSource limit = new(Cluster.TimeLimit);
        IReadOnlyList<string> seen = await follower.Running.ReadAsync((StringLog log) => log.Entries, cancellationToken: limit.Token);
        if (Array.Find(acknowledged, promise => seen.ElementAtOrDefault((int)promise.Position - 1) != promise.Text) is { } absent)
        {
            throw new InvalidOperationException(
                $"{follower.Id} has read without '{absent.Text}', which was acknowledged as number {absent.Position}.");
        }

        Narrator.Say($"  {follower.Id}, a follower, has {seen.Count} strings, among them all {acknowledged.Length} that were acknowledged.");
        Narrator.Why($"It asks its leader how far it must have applied, and answers from its own list.");

        int stale = await cutOff.Running.ReadAsync((StringLog log) => log.Entries.Count, ReadConsistency.Local);
        Narrator.Say($"  {cutOff.Id}, cut off, has {stale} strings for a client that accepts a stale answer.");
        using CancellationTokenSource patience = new(Cluster.MaximumElectionTimeout);
        try
        {
            await cutOff.Running.ReadAsync((StringLog log) => log.Entries.Count, cancellationToken: patience.Token);
            throw new InvalidOperationException($"{cutOff.Id} has answered without a leader.");
        }
        catch (OperationCanceledException)
        {
            Narrator.Say($"  Otherwise {cutOff.Id} gives [yellow]no answer[/], rather than an old one.");
        }
    }

    private async Task HealAsync(Replica cutOff)
    {
        await Narrator.ChapterAsync(8, "The partition heals");
        (Replica leader, _) = await cluster.WaitForLeaderAsync();
        Narrator.Say($"The logs of {cutOff.Id} and of {leader.Id} before:");
        AnsiConsole.Write(await Tables.LogsAsync([cutOff, leader]));

        cluster.Network.Heal();
        await cluster.CatchUpAsync(cutOff);
        Narrator.Say($"and after:");
        AnsiConsole.Write(await Tables.LogsAsync([cutOff, leader]));
        Narrator.Why($"Where logs differ, the leader's entries replace the follower's. The replaced entries had never been committed.");

        // Now the outcome is known: a proposal took effect if and only if the entry that committed at its index has its term.
        IReadOnlyList<LogLine> log = await leader.ReadLogAsync();
        foreach ((string text, OutcomeUnknownException unknown) in _unknown.ToList())
        {
            LogLine? committed = log.FirstOrDefault(line => line.Index == unknown.Index);
            bool tookEffect = committed?.Term == unknown.Term;
            string effect = tookEffect ? "took effect" : "had no effect";
            Narrator.Say($"  The entry at index {unknown.Index} has term {committed?.Term}, so '{text}' of term {unknown.Term} {effect}.");
            if (!tookEffect)
            {
                await ProposeAsync(text); // safe now
            }
        }
    }

    private async Task CompactAsync()
    {
        await Narrator.ChapterAsync(9, "Snapshots");
        (Replica leader, _) = await cluster.WaitForLeaderAsync();
        Replica away = cluster.Except(leader).First();
        await away.StopAsync();
        Narrator.Say($"  {away.Id} is [red]stopped[/].");
        await ProposeAsync("lemon", "mango");

        foreach (Replica replica in cluster.Running)
        {
            await cluster.CatchUpAsync(replica);

            // On demand here. Nodes also take snapshots automatically, after 100,000 entries by default.
            SnapshotInfo? snapshot = await replica.Running.SnapshotAsync();
            long first = replica.Running.Status.FirstIndex;
            Narrator.Say($"  {replica.Id} has a snapshot up to index {snapshot?.LastIncludedIndex}. Its log now starts at {first}.");
        }

        Narrator.Why($"A snapshot contains the state that results from the entries, so the entries need not be kept.");
        await cluster.StartAsync(away);
        RaftStatus status = await cluster.CatchUpAsync(away);
        Narrator.Say($"  {away.Id} runs again. No log contains the entries that it lacked, so {status.Leader} has sent its snapshot.");
        Narrator.Say($"  {away.Id} has {away.Machine.Entries.Count} strings, and its log starts at {status.FirstIndex} too.");
        await ProposeAsync("nectarine");
    }

    private async Task<bool> EndAsync()
    {
        await Narrator.ChapterAsync(10, "Three equal nodes");
        foreach (Replica replica in cluster.Replicas)
        {
            await cluster.CatchUpAsync(replica);
        }

        IReadOnlyList<string> differences = await Verdict.CompareLogsAsync(cluster, Cluster.TimeLimit);
        AnsiConsole.Write(Tables.Nodes(cluster));
        Narrator.Say($"The strings that each node has applied, from its snapshot and its log:");
        AnsiConsole.Write(Tables.Strings(cluster.Replicas));
        Narrator.Say($"The logs, which contain only the entries after the snapshots:");
        AnsiConsole.Write(await Tables.LogsAsync(cluster.Replicas));
        string leaders = string.Join(", ", cluster.LeaderRecord.Leaders.Select(static each => $"{each.Leader} of term {each.Term}"));
        Narrator.Say($"Leaders: {leaders}.");

        List<string> problems = [.. differences, .. await Verdict.CheckPromisesAsync(cluster, _client.Acknowledged)];
        await cluster.StopAllAsync();
        foreach (string problem in problems)
        {
            Narrator.Say($"[red]WRONG[/]: {problem}");
        }

        if (problems.Count == 0)
        {
            Narrator.Say($"[green]All checks passed[/] after {_watch.Elapsed.TotalSeconds:0.0} s: the three logs are equal,");
            Narrator.Say($"no term had two leaders, and all {_client.Acknowledged.Count} acknowledged strings are on every node once.");
        }

        return problems.Count == 0;
    }

    private async Task ProposeAsync(params string[] texts)
    {
        foreach (string text in texts)
        {
            try
            {
                Narrator.Say(await _client.ProposeAsync(earlier.Distinguish(text)));
            }
            catch (OutcomeUnknownException unknown)
            {
                // Only if this process paused so long that the others elected another leader.
                _unknown.Add((text, unknown));
                Narrator.Say($"  [yellow]Outcome unknown[/]: '{text}', index {unknown.Index} of term {unknown.Term}");
            }
        }
    }
}
