using System.Diagnostics;
using System.Text;
using Raft.Testing;

namespace Raft.Soak;

/// <summary>A cluster, its clients and its misfortunes; and at the end, the reckoning.</summary>
internal sealed class SoakRun
{
    /// <summary>
    /// How many commands a second all proposers together aim at. The log is not compacted yet: at this rate five minutes
    /// make about a gigabyte, and a node that starts late in the run applies the whole log again within a second.
    /// </summary>
    private const double CommandsPerSecond = 5_000;

    private const int RequiredFaultsPerMinute = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Findings _findings = new();
    private readonly SoakNetwork _network;
    private readonly List<Member> _members;
    private readonly List<Proposer> _proposers;
    private readonly Faults _faults;
    private readonly Random _random;
    private readonly TimeSpan _duration;
    private readonly string _title;

    public SoakRun(SoakNetwork network, int nodes, int proposers, TimeSpan duration, int seed)
    {
        _network = network;
        _duration = duration;
        _random = new Random(seed);
        string[] ids = [.. Enumerable.Range(1, nodes).Select(static number => $"n{number}")];
        _members = [.. ids.Select(id => new Member(id, ids, network, _findings))];
        _proposers = [.. Enumerable.Range(0, proposers).Select(number =>
            new Proposer(number, _members, _findings, CommandsPerSecond / proposers, _random.Next()))];
        _faults = new Faults(_members, network, _random.Next());
        _title = $"{nodes} nodes, {network.Links.GetType().Name}, {proposers} proposers, {duration.TotalSeconds:0} s, seed {seed}";
    }

    public async Task<int> RunAsync()
    {
        TaskScheduler.UnobservedTaskException += (_, failed) => _findings.Report($"nobody observed {failed.Exception}");
        await Console.Error.WriteLineAsync(_title);
        _members.ForEach(member => member.Start(_random));

        using CancellationTokenSource ending = new(_duration);
        Task faults = _faults.RunAsync(ending.Token);
        using CancellationTokenSource proposalsEnding = new();
        Task[] proposers = [.. _proposers.Select(proposer => Task.Run(() => proposer.RunAsync(proposalsEnding.Token)))];
        Task progress = ShowProgressAsync(ending.Token);

        await faults;
        await progress;
        _network.Heal();
        await proposalsEnding.CancelAsync();
        await EndProposersAsync(proposers);
        await ConvergeAsync();
        await CheckLogAsync();
        foreach (Member member in _members)
        {
            if (member.Node is not null)
            {
                await member.EndCallsAsync();
                await member.StopAsync();
            }
        }

        return Conclude();
    }

    private async Task ShowProgressAsync(CancellationToken ending)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(ending))
            {
                StringBuilder line = new($"{_elapsed.Elapsed.TotalSeconds,4:0} s: faults {_faults.Count}, acknowledged "
                    + $"{Total(static each => each.Acknowledged)}, ");
                line.Append($"refused {Total(static each => each.RefusedCount)}, unknown {Total(static each => each.UnknownCount)}, "
                    + $"{GC.GetTotalMemory(false) >> 20} MiB;");
                foreach (Member member in _members)
                {
                    line.Append(member.Node?.Status is { } status
                        ? $" {member.Id} {status.Role} {status.Term}/{status.CommitIndex}"
                        : $" {member.Id} down");
                }

                await Console.Error.WriteLineAsync(line.ToString());
            }
        }
        catch (OperationCanceledException)
        {
            // the run is over
        }
    }

    private async Task EndProposersAsync(Task[] proposers)
    {
        try
        {
            await Task.WhenAll(proposers).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _findings.ReportHanging(proposers.Count(static task => !task.IsCompleted), "proposers");
            DescribeMembers();
        }
    }

    /// <summary>With everything healed, all logs must become equal, and all of them applied.</summary>
    private async Task ConvergeAsync()
    {
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(10))
        {
            RaftStatus?[] all = [.. _members.Select(static member => member.Node?.Status)];
            if (all[0] is { } first
                && all.All(
                    status => status is not null && status.Leader is not null && status.Leader == first.Leader && status.Term == first.Term
                && status.LastIndex == first.LastIndex && status.CommitIndex == first.LastIndex && status.AppliedIndex == first.LastIndex))
            {
                return;
            }
        }

        _findings.Report($"the logs do not converge within {Patience.TotalSeconds} s");
        DescribeMembers();
    }

    /// <summary>Compares the answers to the clients with the log, and the nodes with each other.</summary>
    private async Task CheckLogAsync()
    {
        if (_members.Where(static member => member.Node?.Status.Lifecycle is not (null or NodeLifecycle.Stopped or NodeLifecycle.Failed))
            .MaxBy(static member => member.Node!.Status.AppliedIndex) is not { } reference)
        {
            _findings.Report("no node is left to compare with");
            return;
        }

        IReadOnlyList<string> strings = reference.Strings;
        long index = 0;
        int position = 0;
        await foreach (LogEntry entry in reference.Node!.ReadLogAsync())
        {
            index++;
            if (entry.Kind != EntryKind.Command)
            {
                continue;
            }

            string command = Encoding.UTF8.GetString(entry.Data.Span);
            (int proposer, int number) = Proposer.Origin(command);
            _proposers[proposer].Find(number, index);
            if (position >= strings.Count || strings[position] != command)
            {
                _findings.Report($"the log holds {command} at {index}, but it is not what was applied as number {position + 1}");
            }

            position++;
        }

        if (position != strings.Count)
        {
            _findings.Report($"the log has {position} commands, and {strings.Count} were applied");
        }

        _proposers.ForEach(static proposer => proposer.FindLost());
        foreach (Member member in _members)
        {
            if (!member.Strings.SequenceEqual(strings, StringComparer.Ordinal))
            {
                _findings.Report($"diverged: {member.Id} applied other commands than {reference.Id}");
            }
        }
    }

    private void DescribeMembers()
    {
        foreach (Member member in _members)
        {
            Console.WriteLine(member.Node is { } node ? $"  {node.Status}, calls {node.LiveCalls}" : $"  {member.Id} is down");
        }

        Console.WriteLine($"  {_network.Links.Statistics}, under way {_network.Links.Statistics.UnderWay}");
        FaultyNetwork faults = _network.Faults;
        Console.WriteLine(
            $"  dropped at random {faults.DroppedAtRandom}, by overflow {faults.DroppedByOverflow}, duplicated {faults.Duplicated}");
    }

    private int Conclude()
    {
        if (_faults.Count * 60 < RequiredFaultsPerMinute * _duration.TotalSeconds)
        {
            _findings.Report($"only {_faults.Count} faults in {_duration.TotalSeconds} s: {RequiredFaultsPerMinute} a minute are required");
        }

        int lost = Total(static each => each.Lost);
        int duplicated = Total(static each => each.Duplicated);
        Console.WriteLine(_title);
        Console.WriteLine($"faults: {_faults.Counts}");
        Console.WriteLine($"refused {Total(static each => each.RefusedCount)}, unknown {Total(static each => each.UnknownCount)}, "
            + $"terms with a leader {_findings.Terms}, "
            + $"slowest call {_proposers.Max(static each => each.Longest).TotalMilliseconds:0} ms, violations {_findings.Count}");
        Console.WriteLine($"faults {_faults.Count}, acknowledged {Total(static each => each.Acknowledged)}, lost {lost}, duplicated "
            + $"{duplicated}, hanging {_findings.Hanging}");
        return _findings.Count == 0 ? 0 : 1;
    }

    private int Total(Func<Proposer, int> count) => _proposers.Sum(count);
}
