using System.Collections.Concurrent;
using Raft;

namespace ReplicatedLog;

/// <summary>What a client knows about a string that the cluster has committed.</summary>
/// <param name="Text">The string.</param>
/// <param name="Index">Its index in the log, which also contains the members and the empty entries of leaders.</param>
/// <param name="Term">The term in which it was appended.</param>
/// <param name="Position">The result of the state machine: its position in the list of strings.</param>
/// <param name="Leader">The leader that committed it.</param>
internal sealed record Acknowledgement(string Text, long Index, long Term, long Position, NodeId Leader);

/// <summary>Proposes strings like a correct client: it repeats only what is safe to repeat.</summary>
internal sealed class Client(Cluster cluster, EarlierRuns earlier)
{
    private readonly ConcurrentQueue<Acknowledgement> _acknowledged = [];

    /// <summary>All strings that the cluster has acknowledged.</summary>
    public IReadOnlyCollection<Acknowledgement> Acknowledged => _acknowledged;

    /// <summary>Proposes to the current leader, again if that is safe.</summary>
    /// <exception cref="OutcomeUnknownException">The string was in a leader's log when that leader lost its leadership.</exception>
    public async Task<Acknowledgement> ProposeAsync(string text)
    {
        using CancellationTokenSource limit = new(Cluster.TimeLimit);
        while (true)
        {
            (Replica leader, _) = await cluster.WaitForLeaderAsync();
            try
            {
                return await ProposeToAsync(leader, text, limit.Token);
            }
            catch (ProposalRefusedException refusal) when (refusal is NotLeaderException or NodeStoppedException)
            {
                // A refused string is not in the log. Proposing it again, to any node, cannot apply it twice.
            }

            // OutcomeUnknownException is not caught. The string may or may not take effect, and proposing it again might append
            // it twice. The caller must find out first; chapter 7 shows how.
        }
    }

    /// <summary>Proposes to one node, whether it leads or not.</summary>
    public async Task<Acknowledgement> ProposeToAsync(Replica replica, string text, CancellationToken cancellationToken = default)
    {
        // Completes when a majority holds the entry and this node has applied it.
        Committed committed = await replica.Running.ProposeAsync(text, cancellationToken);

        // The state machine is a StringLog, whose result is a position. Running.CreateProposer<string, long>() would return it
        // without decoding, but also without the index and term that are shown here.
        long position = Codec.Int64.Read(committed.Result);
        Acknowledgement acknowledgement = new(text, committed.Index, committed.Term, position, replica.Id);
        _acknowledged.Enqueue(acknowledgement);
        earlier.Note(acknowledgement);
        cluster.LeaderRecord.Note(committed.Term, replica.Id);
        return acknowledgement;
    }
}
