using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// A program on a node that works while the node leads, and proposes in the term of its leadership only. It sometimes notices the loss of
/// its leadership late, and continues until then: nothing of that may enter the log of a later term, which the state machines check.
/// </summary>
internal sealed class SimulatedWorker
{
    private const double DeafnessRate = 0.5;
    private const double ProposalRate = 0.3;

    private readonly SimulatedCluster _cluster;
    private readonly SimulatedNode _node;
    private readonly SeededRandom _random;
    private readonly ClientRecord _record;
    private readonly TimeSpan _pause;
    private readonly IClockTimer _timer;
    private RaftNode? _life; // that it waits for, or works on
    private Leadership? _leadership;
    private int _proposed;

    public SimulatedWorker(SimulatedCluster cluster, SimulatedNode node, SeededRandom random, ClientRecord record, TimeSpan pause)
    {
        (_cluster, _node, _random, _record, _pause) = (cluster, node, random, record, pause);
        _timer = cluster.World.Clock.CreateTimer(Act);
        Think();
    }

    /// <summary>Proposes nothing more.</summary>
    public void Stop() => _timer.Dispose();

    private void Act()
    {
        bool isDeaf = _random.Chance(DeafnessRate);
        bool proposes = _random.Chance(ProposalRate);
        Think();
        if (_node.IsDown || _node.Current is not { } life)
        {
            return;
        }

        if (life != _life || (_leadership is { Lost.IsCancellationRequested: true } && !isDeaf))
        {
            _life = life;
            _leadership = null;
            _ = _node.Calls.MakeAsync("A wait for the leadership", () => WaitAsync(life));
        }
        else if (_leadership is { } leadership && proposes)
        {
            Propose(leadership);
        }
    }

    private async Task WaitAsync(RaftNode life)
    {
        Leadership leadership = await life.WaitForLeadershipAsync().ConfigureAwait(false);
        _leadership = leadership;
        long committedBefore = _cluster.Committed.LastIndexBefore(leadership.Term);
        if (life.AppliedIndex < committedBefore)
        {
            _node.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"Work begins with what earlier terms committed is broken: {_node.Id} begins the work of term {leadership.Term} and has "
                    + $"applied {life.AppliedIndex}, and {committedBefore} was committed before that term."));
        }
    }

    private void Propose(Leadership leadership)
    {
        _proposed++;
        string text = string.Create(CultureInfo.InvariantCulture, $"{_node.Id}.{_proposed}");
        SimulatedProposal proposal = _cluster.Submit(text, _node.Id, leadership);
        proposal.Ended = () =>
        {
            if (proposal.Fate == ProposalFate.Committed)
            {
                _record.See(proposal.Result.Index);
            }
        };
    }

    private void Think() => _timer.Set(_cluster.World.Clock.Now + _random.NextBetween(_pause / 10, _pause));
}
