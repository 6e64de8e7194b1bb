using System.Diagnostics;
using System.Globalization;

namespace Raft.Soak;

/// <summary>
/// A client: proposes unique strings, one after another, to the node that it believes is the leader, and keeps account of how
/// each ended.
/// </summary>
/// <remarks>
/// It keeps to a rate on average: the log is in memory and is not compacted, every restarted node applies it from the
/// start, and a run of five minutes must fit. What it falls behind while there is no leader, up to a second, it catches up
/// with at full speed, so that the moments after a fault see as much contention as there can be.
/// </remarks>
internal sealed class Proposer(int number, IReadOnlyList<Member> members, Findings findings, double perSecond, int seed)
{
    private const long Refused = 0;
    private const long Unknown = -1;
    private const long UnderWay = -2;

    /// <summary>
    /// A leader that reaches no majority reports it within tenths of a second. A caller that waits much longer was forgotten, and
    /// would be found only by chance: the next stop of the node ends the call after all.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A leader that has just started answers only after it has applied the whole log again.</summary>
    private static readonly TimeSpan PatiencePerEntry = TimeSpan.FromMicroseconds(4);

    private readonly Random _random = new(seed);
    private readonly List<long> _endings = []; // of each command: the index that was acknowledged, or one of the above
    private Member _leader = members[0];
    private long _lastIndex;
    private bool[] _found = [];

    public int Acknowledged { get; private set; }

    public int RefusedCount { get; private set; }

    public int UnknownCount { get; private set; }

    /// <summary>The time that the slowest proposal took, with any outcome.</summary>
    public TimeSpan Longest { get; private set; }

    public int Lost { get; private set; }

    public int Duplicated { get; private set; }

    /// <summary>Where a command comes from: its proposer, and its number there.</summary>
    public static (int Proposer, int Command) Origin(ReadOnlySpan<char> command)
    {
        int colon = command.IndexOf(':');
        return (int.Parse(command[..colon], CultureInfo.InvariantCulture), int.Parse(command[(colon + 1)..], CultureInfo.InvariantCulture));
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan interval = TimeSpan.FromSeconds(1 / perSecond);
        TimeSpan due = TimeSpan.Zero;
        Stopwatch elapsed = Stopwatch.StartNew();
        while (!stopping.IsCancellationRequested)
        {
            due += interval;
            TimeSpan early = due - elapsed.Elapsed;
            if (early > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(early, CancellationToken.None);
            }
            else if (early < TimeSpan.FromSeconds(-1))
            {
                due = elapsed.Elapsed - TimeSpan.FromSeconds(1);
            }

            if (_leader.Node is { } node)
            {
                if (await ProposeAsync(node) is { } refusal)
                {
                    await LookForLeaderAsync(node, (refusal as NotLeaderException)?.Leader);
                }
            }
            else
            {
                await Task.Delay(1, CancellationToken.None);
                _leader = members[_random.Next(members.Count)];
            }
        }
    }

    /// <summary>Checks what the log says about one of the commands against what was said when it was proposed.</summary>
    public void Find(int command, long index)
    {
        if (_found.Length == 0)
        {
            _found = new bool[_endings.Count];
        }

        if (_found[command])
        {
            Duplicated++;
            findings.Report($"duplicated: {number}:{command}, here at {index}");
            return;
        }

        _found[command] = true;
        switch (_endings[command])
        {
            case Refused:
                findings.Report($"refused but present: {number}:{command} at {index}");
                break;
            case > 0 and var acknowledged when acknowledged != index:
                findings.Report($"misplaced: {number}:{command} was acknowledged at {acknowledged} and is at {index}");
                break;
        }
    }

    /// <summary>After all of the log was checked: what was acknowledged must have been there.</summary>
    public void FindLost()
    {
        for (int command = 0; command < _endings.Count; command++)
        {
            if (_endings[command] > 0 && (_found.Length == 0 || !_found[command]))
            {
                Lost++;
                findings.Report($"lost: {number}:{command}, acknowledged at {_endings[command]}");
            }
        }
    }

    /// <returns>Why it was refused, or null if it was not.</returns>
    private async Task<ProposalRefusedException?> ProposeAsync(RaftNode node)
    {
        int command = _endings.Count;
        _endings.Add(UnderWay);
        using CancellationTokenSource? impatience = _random.Next(50) == 0 ? new(_random.Next(1, 10)) : null;
        long start = Stopwatch.GetTimestamp();
        try
        {
            Committed committed = await node.ProposeAsync(
                string.Create(CultureInfo.InvariantCulture, $"{number}:{command}"), impatience?.Token ?? default);
            _endings[command] = _lastIndex = committed.Index;
            Acknowledged++;
            findings.Led(committed.Term, node.Id); // only the leader of the term that appended it can know
        }
        catch (ProposalRefusedException refusal)
        {
            _endings[command] = Refused;
            RefusedCount++;
            return refusal;
        }
        catch (Exception exception) when (exception is OutcomeUnknownException or OperationCanceledException)
        {
            _endings[command] = Unknown;
            UnknownCount++;
        }
        catch (Exception exception)
        {
            _endings[command] = Unknown;
            findings.Report($"a proposal at {node.Id} ended with {exception}");
        }
        finally
        {
            TimeSpan taken = Stopwatch.GetElapsedTime(start);
            Longest = taken > Longest ? taken : Longest;
            if (taken > Patience + (PatiencePerEntry * _lastIndex))
            {
                findings.ReportHanging(1, $"{number}:{command} ended as {_endings[command]} after {taken.TotalSeconds:0.0} s at "
                    + $"{node.Status}");
            }
        }

        return null;
    }

    private async Task LookForLeaderAsync(RaftNode node, RaftMember? leader)
    {
        using CancellationTokenSource impatience = new(_random.Next(5, 100));
        try
        {
            NodeId found = leader?.NodeId ?? await node.WaitForLeaderAsync(impatience.Token);
            _leader = members.First(member => member.Id == found);
        }
        catch (Exception exception) when (exception is NodeStoppedException or OperationCanceledException)
        {
            _leader = members[_random.Next(members.Count)];
        }

        await Task.Delay(_random.Next(1, 10), CancellationToken.None); // nodes that disagree about the leader are not asked in a tight loop
    }
}
