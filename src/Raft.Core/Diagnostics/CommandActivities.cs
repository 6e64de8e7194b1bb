using System.Diagnostics;

namespace Raft;

/// <summary>The activities of a node's commands. Nothing of it runs unless somebody listens.</summary>
internal sealed class CommandActivities(NodeId nodeId, string clusterId, IClock clock)
{
    private NodeId NodeId => nodeId;

    /// <summary>Whether somebody listens.</summary>
    public static bool AreListenedTo => RaftDiagnostics.Activities.HasListeners();

    /// <summary>Proposes a command within an activity, which ends with the proposal.</summary>
    public async ValueTask<T> ProposeAsync<T>(ReadOnlyMemory<byte> command, Func<ReadOnlyMemory<byte>, ValueTask<T>> propose)
    {
        using Activity? activity = RaftDiagnostics.Activities.StartActivity(RaftDiagnostics.ProposeActivity, ActivityKind.Client);
        if (activity is null)
        {
            return await propose(command).ConfigureAwait(false); // not sampled
        }

        Tag(activity);
        ProposalContexts.Remember(command, new ProposalContext(activity.Context, nodeId, clock.UtcNow));
        try
        {
            T result = await propose(command).ConfigureAwait(false);
            activity.SetTag(RaftDiagnostics.OutcomeTag, ProposalOutcomes.Committed);
            if (result is Committed committed)
            {
                activity.SetTag(RaftDiagnostics.IndexTag, committed.Index);
                activity.SetTag(RaftDiagnostics.TermTag, committed.Term);
            }

            return result;
        }
        catch (Exception exception)
        {
            activity.SetTag(RaftDiagnostics.OutcomeTag, ProposalOutcomes.Of(exception));
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    /// <summary>Finds the activities in which the commands of a batch were proposed; null if there are none.</summary>
    public TracedBatch? Trace(CommittedBatch batch)
    {
        List<TracedCommand>? traced = null;
        for (int position = 0; position < batch.Count; position++)
        {
            if (ProposalContexts.TryFind(batch.Command(position), out ProposalContext context))
            {
                (traced ??= []).Add(new TracedCommand(batch.Context(position), context));
            }
        }

        return traced is null ? null : new TracedBatch(this, traced, clock.UtcNow);
    }

    private void Tag(Activity activity)
    {
        activity.SetTag(RaftDiagnostics.NodeIdTag, nodeId.Value);
        activity.SetTag(RaftDiagnostics.ClusterIdTag, clusterId);
    }

    private void Record(string name, in TracedCommand command, DateTimeOffset start, DateTimeOffset end)
    {
        using Activity? activity = RaftDiagnostics.Activities.StartActivity(
            name, ActivityKind.Internal, command.Proposal.Parent, tags: null, links: null, start);
        if (activity is null)
        {
            return;
        }

        Tag(activity);
        activity.SetTag(RaftDiagnostics.IndexTag, command.Command.Index);
        activity.SetTag(RaftDiagnostics.TermTag, command.Command.Term);
        activity.SetEndTime(end.UtcDateTime);
    }

    /// <summary>A command of a batch, and the activity that it was proposed in.</summary>
    public readonly record struct TracedCommand(CommandContext Command, ProposalContext Proposal);

    /// <summary>
    /// The traced commands of a batch that is being applied. Recorded when it is done, since several commands are applied
    /// at once and none of them is the current activity.
    /// </summary>
    public sealed class TracedBatch(CommandActivities activities, List<TracedCommand> commands, DateTimeOffset start)
    {
        /// <summary>The batch is applied: records how long each command took to commit, where it was proposed, and to be applied.</summary>
        public void Complete(DateTimeOffset end)
        {
            try
            {
                foreach (TracedCommand command in commands)
                {
                    if (command.Proposal.ProposedAt == activities.NodeId)
                    {
                        activities.Record(RaftDiagnostics.CommitActivity, command, command.Proposal.Time, start);
                    }

                    activities.Record(RaftDiagnostics.ApplyActivity, command, start, end);
                }
            }
#pragma warning disable CA1031 // a listener that throws must not stop the node: the commands are applied, and that is all that it promises
            catch (Exception)
#pragma warning restore CA1031
            {
                // the rest of the batch goes untraced
            }
        }
    }
}
