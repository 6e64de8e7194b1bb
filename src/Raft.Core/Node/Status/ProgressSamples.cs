using Raft.Consensus;

namespace Raft;

/// <summary>
/// Samples from which a reader of the status sees how long a node has lagged: an index that was to be reached, and since when. A new sample
/// is taken when the last one was reached, once in a pass at most, so that nothing is noted for each entry.
/// </summary>
/// <param name="Goal">What must be applied; 0 before the node knows.</param>
/// <param name="GoalSince">Since when.</param>
/// <param name="ProposalGoal">The last entry that a proposal waited for at <paramref name="ProposalSince"/>.</param>
/// <param name="ProposalSince">Since when some proposal has waited at least, unless that entry is applied; null if none waits.</param>
/// <param name="StartGoal">
/// What was committed when the node first had a leader in this life; null as long as it has had none. Once it is applied, the node has
/// caught up.
/// </param>
internal readonly record struct ProgressSamples(
    long Goal, TimeSpan GoalSince, long ProposalGoal, TimeSpan? ProposalSince, long? StartGoal);

/// <summary>Takes the samples. Used by the node's worker.</summary>
internal sealed class ProgressSampler(NodeContext context, PendingProposals pending, StatusBoard board)
{
    /// <summary>The samples of the last pass.</summary>
    public ProgressSamples Samples { get; private set; }

    /// <summary>Called in each pass.</summary>
    public void Take()
    {
        ConsensusModule module = context.Module;
        ProgressSamples samples = Samples;
        if (board.AppliedIndex >= samples.Goal && module.KnownCommitIndex > samples.Goal)
        {
            samples = samples with { Goal = module.KnownCommitIndex, GoalSince = context.Now };
        }

        samples = SampleProposals(in samples, module);
        if (samples.StartGoal is null && module.Leader is not null)
        {
            // A leader knows what is committed only once it has committed an entry of its own term: the last one is of that term.
            samples = samples with { StartGoal = module.Role == RaftRole.Leader ? module.LastIndex : module.KnownCommitIndex };
        }

        Samples = samples;
    }

    private ProgressSamples SampleProposals(in ProgressSamples samples, ConsensusModule module)
    {
        if (pending.FirstIndex is not { } first)
        {
            return samples.ProposalSince is null ? samples : samples with { ProposalSince = null };
        }

        if (samples.ProposalSince is not null && first <= samples.ProposalGoal)
        {
            return samples;
        }

        return samples with { ProposalGoal = module.LastIndex, ProposalSince = context.Now };
    }
}
