using System.Collections.Concurrent;
using Raft;

namespace ReplicatedLog;

/// <summary>What a client knows of a string that the cluster has taken.</summary>
/// <param name="Text">The string.</param>
/// <param name="Index">Its index in the log, where leaders' no-ops stand too.</param>
/// <param name="Term">The term in which it was appended.</param>
/// <param name="Position">What the state machine answered: its place in the list of strings.</param>
/// <param name="Leader">Who took it.</param>
internal sealed record Acknowledgement(string Text, long Index, long Term, long Position, NodeId Leader);

/// <summary>Proposes strings as a client should: it knows what it may repeat, and what not.</summary>
internal sealed class Client(Cluster cluster)
{
    private readonly ConcurrentQueue<Acknowledgement> _acknowledged = [];

    /// <summary>All that the cluster has promised to keep.</summary>
    public IReadOnlyCollection<Acknowledgement> Acknowledged => _acknowledged;

    /// <summary>Proposes to the leader, whoever that is, for as long as it is safe.</summary>
    /// <exception cref="OutcomeUnknownException">The string had entered a leader's log when that leader lost its office.</exception>
    public async Task<Acknowledgement> ProposeAsync(string text)
    {
        using CancellationTokenSource patience = new(Cluster.Patience);
        while (true)
        {
            (Replica leader, _) = await cluster.WaitForLeaderAsync();
            try
            {
                return await ProposeToAsync(leader, text, patience.Token);
            }
            catch (ProposalRefusedException refusal) when (refusal is NotLeaderException or NodeStoppedException)
            {
                // Refused means: surely not in the log. Trying again, here or elsewhere, cannot apply it twice.
            }

            // Not caught: OutcomeUnknownException. The string may or may not take effect, and proposing it again might
            // append it a second time. Only who finds out what became of it may decide; the story shows how.
        }
    }

    /// <summary>Proposes to one node, whether it leads or not.</summary>
    public async Task<Acknowledgement> ProposeToAsync(Replica replica, string text, CancellationToken cancellationToken = default)
    {
        // Completes once a majority holds the entry and this node has applied it.
        Committed committed = await replica.Running.ProposeAsync(text, cancellationToken);

        // The state machine is a StringLog, whose result is a position. Running.CreateProposer<string, long>() would give it
        // without decoding, but without index and term, which are worth showing here.
        long position = Codec.Int64.Read(committed.Result);
        Acknowledgement acknowledgement = new(text, committed.Index, committed.Term, position, replica.Id);
        _acknowledged.Enqueue(acknowledgement);
        cluster.LeaderRecord.Note(committed.Term, replica.Id);
        return acknowledgement;
    }
}
