using System.Diagnostics;
using Raft;
using Spectre.Console;

namespace ReplicatedLog;

/// <summary>The story, a method for each chapter. Read it from top to bottom.</summary>
internal sealed class Story(Cluster cluster)
{
    private readonly Client _client = new(cluster);
    private readonly Stopwatch _watch = new();

    // Strings whose proposal ended without an answer, and where they stood in the log of the leader that took them.
    private readonly List<(string Text, OutcomeUnknownException Unknown)> _unknown = [];

    /// <returns>True if all three logs are equal in the end, and all promises were kept.</returns>
    public async Task<bool> TellAsync()
    {
        _watch.Start();
        Narrator.Say($"Three nodes, n1, n2 and n3, in one process, each with its log in memory.");
        Narrator.Say($"Between them: [bold]{cluster.TransportName}[/].");
        Narrator.Say($"Election timeouts are {Cluster.MinimumElectionTimeout.TotalMilliseconds:0} to {Cluster.MaximumElectionTimeout.TotalMilliseconds:0} ms.");
        Narrator.Why($"Each node has a host of its own, which logs warnings only; they stand between the lines.");

        await ElectAsync();
        await ReplicateAsync();
        Replica stopped = await StopLeaderAsync();
        await GoOnWithoutAsync(stopped);
        await ComeBackAsync(stopped);
        Replica cutOff = await PartitionAsync();
        await HealAsync(cutOff);
        await CompactAsync();
        return await EndAsync();
    }

    private async Task ElectAsync()
    {
        await Narrator.ChapterAsync(1, "An election");
        await cluster.StartAllAsync();
        foreach (Replica replica in cluster.Replicas)
        {
            // Every node, leader or not, can be asked to wait until it knows a leader.
            using CancellationTokenSource patience = new(Cluster.Patience);
            NodeId leader = await replica.Running.WaitForLeaderAsync(patience.Token);
            RaftStatus status = replica.Running.Status;
            Narrator.Say($"  {replica.Id} knows that {leader} leads term {status.Term}; its own vote went to {status.VotedFor?.Value ?? "nobody"}");
        }

        Narrator.Say($"Elected after {_watch.ElapsedMilliseconds} ms.");
    }

    private async Task ReplicateAsync()
    {
        await Narrator.ChapterAsync(2, "Strings, replicated and acknowledged");
        await ProposeAsync("apple", "banana", "cherry");
        Narrator.Why($"Acknowledged means: a majority holds it, so it survives the loss of any node. The no-op with which the leader began its term stands before them.");
    }

    private async Task<Replica> StopLeaderAsync()
    {
        await Narrator.ChapterAsync(3, "The leader stops");
        (Replica leader, RaftStatus before) = await cluster.WaitForLeaderAsync();
        await leader.StopAsync();
        Narrator.Say($"  {leader.Id}, leader of term {before.Term}, is [red]stopped[/]. Its log store stays.");

        Stopwatch watch = Stopwatch.StartNew();
        (Replica successor, RaftStatus after) = await cluster.WaitForLeaderAsync(afterTerm: before.Term);
        Narrator.Say($"  {successor.Id} leads term {after.Term}, {watch.ElapsedMilliseconds} ms later.");
        Narrator.Why($"The others heard nothing more, waited out their election timeout, and voted. Two of three are a majority.");
        return leader;
    }

    private async Task GoOnWithoutAsync(Replica stopped)
    {
        await Narrator.ChapterAsync(4, $"Life goes on without {stopped.Id}");
        await ProposeAsync("date", "elderberry");
    }

    private async Task ComeBackAsync(Replica stopped)
    {
        await Narrator.ChapterAsync(5, $"{stopped.Id} comes back");
        int had = (await stopped.ReadLogAsync()).Count;
        await cluster.StartAsync(stopped);
        Narrator.Say($"  {stopped.Id} starts anew: {had} entries in its log store, an empty state machine.");

        RaftStatus status = await CatchUpAsync(stopped);
        Narrator.Say($"  {stopped.Id} has caught up: follows {status.Leader} in term {status.Term}, {status.LastIndex} entries, all applied.");
        Narrator.Why($"The leader found the last entry that both logs share, and sent what stands behind it.");
    }

    private async Task<Replica> PartitionAsync()
    {
        await Narrator.ChapterAsync(6, "A partition");
        (Replica cutOff, RaftStatus before) = await cluster.WaitForLeaderAsync();
        cluster.Network.Isolate(cutOff.Id);

        // Not awaited yet: without a majority they cannot commit, so they cannot complete either.
        (string, Task<Acknowledgement>)[] doomed = [("fig", _client.ProposeToAsync(cutOff, "fig")), ("grape", _client.ProposeToAsync(cutOff, "grape"))];
        Narrator.Say($"  {cutOff.Id}, leader of term {before.Term}, is [red]cut off[/], and still takes 'fig' and 'grape'.");

        (Replica successor, RaftStatus after) = await cluster.WaitForLeaderAsync(afterTerm: before.Term);
        Narrator.Say($"  The majority has elected {successor.Id}, in term {after.Term}.");
        foreach ((string text, Task<Acknowledgement> proposal) in doomed)
        {
            await ReportDoomedAsync(cutOff, text, proposal);
        }

        Narrator.Why($"Unknown, because {cutOff.Id} cannot tell whether the others got the entry in time. The client must not repeat it blindly: it could end up in the list twice.");
        try
        {
            await _client.ProposeToAsync(cutOff, "honeydew");
        }
        catch (NotLeaderException refusal)
        {
            Narrator.Say($"  {cutOff.Id} refuses 'honeydew': it does not lead, and knows {refusal.Leader?.Id ?? "nobody"} who does.");
            Narrator.Why($"Refused means surely not in the log, so the client may try elsewhere at once.");
        }

        await ProposeAsync("honeydew", "kiwi");
        return cutOff;
    }

    private async Task ReportDoomedAsync(Replica cutOff, string text, Task<Acknowledgement> proposal)
    {
        try
        {
            // A leader that hears from no majority for the shortest election timeout steps down, which ends the waiting.
            await proposal.WaitAsync(Cluster.Patience);
            throw new InvalidOperationException($"{cutOff.Id} has acknowledged '{text}' without a majority.");
        }
        catch (OutcomeUnknownException unknown)
        {
            _unknown.Add((text, unknown));
            Narrator.Say($"  {cutOff.Id} has stepped down. [yellow]Outcome unknown[/]: '{text}', index {unknown.Index} of term {unknown.Term}");
        }
        catch (ProposalRefusedException refusal)
        {
            // Only if this process was held up for so long that the leader had stepped down before it was asked.
            Narrator.Say($"  {cutOff.Id} refused '{text}' right away: {refusal.Message}");
            await ProposeAsync(text);
        }
    }

    private async Task HealAsync(Replica cutOff)
    {
        await Narrator.ChapterAsync(7, "The partition heals");
        (Replica leader, _) = await cluster.WaitForLeaderAsync();
        Narrator.Say($"The logs of {cutOff.Id} and of {leader.Id} before:");
        AnsiConsole.Write(await Tables.LogsAsync([cutOff, leader]));

        cluster.Network.Heal();
        await CatchUpAsync(cutOff);
        Narrator.Say($"and after:");
        AnsiConsole.Write(await Tables.LogsAsync([cutOff, leader]));
        Narrator.Why($"Where logs disagree, the leader's entries replace the follower's. Nobody loses by it: what was replaced had never been committed.");

        // Now it can be known: a proposal took effect exactly if the entry that committed at its index has its term.
        IReadOnlyList<LogLine> log = await leader.ReadLogAsync();
        foreach ((string text, OutcomeUnknownException unknown) in _unknown.ToList())
        {
            LogLine? there = log.FirstOrDefault(line => line.Index == unknown.Index);
            bool tookEffect = there?.Term == unknown.Term;
            Narrator.Say($"  Index {unknown.Index} committed in term {there?.Term}: '{text}' of term {unknown.Term} {(tookEffect ? "took" : "had no")} effect.");
            if (!tookEffect)
            {
                await ProposeAsync(text); // safe now
            }
        }
    }

    private async Task CompactAsync()
    {
        await Narrator.ChapterAsync(8, "Snapshots");
        (Replica leader, _) = await cluster.WaitForLeaderAsync();
        Replica away = cluster.Except(leader).First();
        await away.StopAsync();
        Narrator.Say($"  {away.Id} is [red]stopped[/].");
        await ProposeAsync("lemon", "mango");

        foreach (Replica replica in cluster.Running)
        {
            await CatchUpAsync(replica);

            // On demand here; by itself after every 100,000 entries, or as the options say.
            SnapshotInfo? snapshot = await replica.Running.SnapshotAsync();
            Narrator.Say($"  {replica.Id} has a snapshot up to index {snapshot?.LastIncludedIndex}, {snapshot?.Length} bytes; its log begins at {replica.Running.Status.FirstIndex} now.");
        }

        Narrator.Why($"A snapshot is the state that the entries have led to. With it, they need not be kept.");
        await cluster.StartAsync(away);
        RaftStatus status = await CatchUpAsync(away);
        Narrator.Say($"  {away.Id} is back. What it lacked is in nobody's log any more, so {status.Leader} has sent its snapshot.");
        Narrator.Say($"  {away.Id} holds {away.Machine.Entries.Count} strings, and its log begins at {status.FirstIndex}, too.");
        await ProposeAsync("nectarine");
    }

    private async Task<bool> EndAsync()
    {
        await Narrator.ChapterAsync(9, "Three equal logs");
        foreach (Replica replica in cluster.Replicas)
        {
            await CatchUpAsync(replica);
        }

        IReadOnlyList<string> differences = await Verdict.CompareLogsAsync(cluster, Cluster.Patience);
        AnsiConsole.Write(Tables.Nodes(cluster));
        AnsiConsole.Write(await Tables.LogsAsync(cluster.Replicas));
        Narrator.Say($"Leaders: {string.Join(", ", cluster.LeaderRecord.Leaders.Select(static each => $"{each.Leader} of term {each.Term}"))}.");

        List<string> problems = [.. differences, .. await Verdict.CheckPromisesAsync(cluster, _client.Acknowledged)];
        await cluster.StopAllAsync();
        foreach (string problem in problems)
        {
            Narrator.Say($"[red]WRONG[/]: {problem}");
        }

        if (problems.Count == 0)
        {
            Narrator.Say($"[green]All well[/] after {_watch.Elapsed.TotalSeconds:0.0} s: the logs are equal, no term had two leaders,");
            Narrator.Say($"and the {_client.Acknowledged.Count} acknowledged strings are on every node, each of them once.");
        }

        return problems.Count == 0;
    }

    private async Task ProposeAsync(params string[] texts)
    {
        foreach (string text in texts)
        {
            try
            {
                Narrator.Say(await _client.ProposeAsync(text));
            }
            catch (OutcomeUnknownException unknown)
            {
                // Only if this process was held up for so long that the others elected somebody else.
                _unknown.Add((text, unknown));
                Narrator.Say($"  [yellow]Outcome unknown[/]: '{text}', index {unknown.Index} of term {unknown.Term}");
            }
        }
    }

    /// <summary>Waits until a node has applied all that the leader has in its log.</summary>
    private async Task<RaftStatus> CatchUpAsync(Replica replica)
    {
        (_, RaftStatus leader) = await cluster.WaitForLeaderAsync();
        return await Cluster.WaitAsync(
            replica,
            status => status.Leader is not null && status.AppliedIndex >= leader.LastIndex && status.AppliedIndex == status.LastIndex,
            $"{replica.Id} catching up");
    }
}
