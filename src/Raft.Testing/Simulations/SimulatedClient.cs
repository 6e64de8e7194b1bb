using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// A client of a simulated cluster: proposes one unique command after the other, mostly to whom it takes for the leader,
/// reads on any node, and sometimes gives up waiting.
/// </summary>
internal sealed class SimulatedClient
{
    private const double SideCallRate = 0.03;
    private const double ReadRate = 0.4;
    private const double SnapshotRate = 0.02; // where nodes take none by themselves

    private readonly SimulatedCluster _cluster;
    private readonly SeededRandom _random;
    private readonly ClientRecord _record;
    private readonly SimulatedReads _reads;
    private readonly SimulatedWorkload _workload;
    private readonly SimulationSettings _settings;
    private readonly IClockTimer _timer;
    private readonly int _number;
    private SimulatedProposal? _proposal;
    private TimeSpan _givesUpAt;
    private long _acknowledgedBefore;
    private int _proposed;
    private NodeId _target;

    public SimulatedClient(
        SimulatedCluster cluster,
        int number,
        SeededRandom random,
        ClientRecord record,
        SimulatedReads reads,
        SimulatedWorkload workload,
        SimulationSettings settings)
    {
        _cluster = cluster;
        _number = number;
        _random = random;
        _record = record;
        _reads = reads;
        _workload = workload;
        _settings = settings;
        _target = AnyNode();
        _timer = cluster.World.Clock.CreateTimer(Act);
        Think();
    }

    /// <summary>Proposes nothing more.</summary>
    public void Stop() => _timer.Dispose();

    private void Act()
    {
        Read();
        if (_proposal is { } proposal && !Conclude(proposal))
        {
            Think();
            return;
        }

        MakeSideCalls();
        _proposed++;
        _acknowledgedBefore = _record.LastSeen;
        _givesUpAt = _cluster.World.Clock.Now + _settings.ClientPatience;
        _proposal = _workload.Submit(_cluster, string.Create(CultureInfo.InvariantCulture, $"{_number}.{_proposed}"), _random, _target);
        NoteAcknowledgement(_proposal);
        Think();
    }

    /// <summary>Looks how the last proposal has fared.</summary>
    /// <returns>False if it is still worth waiting for.</returns>
    private bool Conclude(SimulatedProposal proposal)
    {
        switch (proposal.Fate)
        {
            case ProposalFate.Committed:
                if (ClientRecord.Acknowledge(proposal, _acknowledgedBefore) is { } lie)
                {
                    throw _cluster.World.Failure(lie);
                }

                break;
            case ProposalFate.Rejected:
                break;
            case ProposalFate.Pending when _cluster.World.Clock.Now < _givesUpAt:
                return false;
            case ProposalFate.Pending:
                proposal.GiveUp();
                _target = AnyNode();
                break;
            default:
                _target = proposal.LeaderHint ?? AnyNode();
                break;
        }

        _proposal = null;
        return true;
    }

    /// <summary>From the moment of the acknowledgement on, every read must show the command.</summary>
    private void NoteAcknowledgement(SimulatedProposal proposal) => proposal.Ended += () =>
    {
        if (proposal.Fate == ProposalFate.Committed)
        {
            _record.See(proposal.Result.Index);
        }
    };

    /// <summary>Reads on any node.</summary>
    private void Read()
    {
        SimulatedNode node = _cluster[AnyNode()];
        bool reads = _random.Chance(ReadRate);
        if (reads && !node.IsDown && node.Current is { } raft)
        {
            _reads.Begin(node, raft, _random, _settings.ClientPatience);
        }
    }

    /// <summary>Occasionally calls any node for something other than a proposal, and does not wait for the answer.</summary>
    private void MakeSideCalls()
    {
        SimulatedNode node = _cluster[AnyNode()];
        bool makesSideCall = _random.Chance(SideCallRate);
        bool takesSnapshot = !_settings.AutomaticSnapshots && _random.Chance(SnapshotRate);
        if (node.IsDown || node.Current is not { } raft)
        {
            return;
        }

        if (makesSideCall)
        {
            node.SideCalls.ReadLog(raft, 1 + _random.Next((int)raft.PublishedStatus.LastIndex + 1));
            if (raft.PublishedStatus.Term > 1 && _cluster.NodeIds.FirstOrDefault(id => id != node.Id) is var other && other != default)
            {
                node.SideCalls.CallHandlers(raft, other, raft.PublishedStatus.Term - 1);
            }
        }

        if (takesSnapshot)
        {
            node.BeginSnapshot();
        }
    }

    /// <summary>A node that was started, whether or not it runs now.</summary>
    private NodeId AnyNode()
    {
        NodeId node = _cluster.NodeIds[_random.Next(_cluster.NodeIds.Count)];
        return _cluster[node].Current is null ? _cluster.Nodes.First(static other => other.Current is not null).Id : node;
    }

    private void Think() => _timer.Set(_cluster.World.Clock.Now + _random.NextBetween(_settings.ClientPause / 10, _settings.ClientPause));
}
