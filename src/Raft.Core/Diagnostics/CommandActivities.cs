using System.Diagnostics;

namespace Raft;

/// <summary>
/// The activities of a node's commands. Nothing here runs unless a listener is registered. Listeners are users' code, called
/// synchronously: if one throws, its activity is lost, and nothing else.
/// </summary>
internal sealed class CommandActivities(NodeId nodeId, string clusterId, IClock clock)
{
    private NodeId NodeId => nodeId;

    /// <summary>Whether a listener is registered.</summary>
    public static bool HasListeners => RaftDiagnostics.Activities.HasListeners();

    /// <summary>Proposes a command within an activity, which ends with the proposal.</summary>
    public async ValueTask<T> ProposeAsync<T>(ReadOnlyMemory<byte> command, Func<ReadOnlyMemory<byte>, ValueTask<T>> propose)
    {
        if (Start(RaftDiagnostics.ProposeActivity, ActivityKind.Client, parent: default, clock.UtcNow) is not { } activity)
        {
            ProposalContexts.Forget(command); // not sampled, but an earlier proposal of the same memory may have been
            return await propose(command).ConfigureAwait(false);
        }

        ProposalContexts.Remember(command, new ProposalContext(activity.Context, nodeId, clock.UtcNow));
        try
        {
            T result = await propose(command).ConfigureAwait(false);
            activity.SetTag(RaftDiagnostics.OutcomeTag, ProposalOutcomeTags.Committed);
            if (result is Committed committed)
            {
                activity.SetTag(RaftDiagnostics.IndexTag, committed.Index);
                activity.SetTag(RaftDiagnostics.TermTag, committed.Term);
            }

            return result;
        }
        catch (Exception exception)
        {
            activity.SetTag(RaftDiagnostics.OutcomeTag, ProposalOutcomeTags.Of(exception));
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            Stop(activity, clock.UtcNow, current: null); // an async method restores its caller's current activity anyway
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
                (traced ??= []).Add(new TracedCommand(batch.Context(position), context, batch.IsWaitedFor(position)));
            }
        }

        return traced is null ? null : new TracedBatch(this, traced, clock.UtcNow);
    }

    private static void Stop(Activity activity, DateTimeOffset end, Activity? current)
    {
        try
        {
            activity.SetEndTime(end.UtcDateTime);
            activity.Stop();
        }
        // A listener's exception must not reach the node.
        catch (Exception)
        {
            Activity.Current = current; // Stop would have done so
        }
    }

    private Activity? Start(string name, ActivityKind kind, ActivityContext parent, DateTimeOffset start)
    {
        Activity? current = Activity.Current;
        try
        {
            Activity? activity = RaftDiagnostics.Activities.StartActivity(name, kind, parent, tags: null, links: null, start);
            activity?.SetTag(RaftDiagnostics.NodeIdTag, nodeId.Value);
            activity?.SetTag(RaftDiagnostics.ClusterIdTag, clusterId);
            return activity;
        }
        // A listener's exception must not reach the node.
        catch (Exception)
        {
            Activity.Current = current; // the activity may have started, and nothing would ever stop it
            return null;
        }
    }

    private void Record(string name, in TracedCommand command, DateTimeOffset start, DateTimeOffset end)
    {
        Activity? current = Activity.Current;
        if (Start(name, ActivityKind.Internal, command.Proposal.Parent, start) is { } activity)
        {
            activity.SetTag(RaftDiagnostics.IndexTag, command.Command.Index);
            activity.SetTag(RaftDiagnostics.TermTag, command.Command.Term);
            Stop(activity, end, current);
        }
    }

    /// <summary>A command of a batch, the activity that it was proposed in, and whether its proposer waits for this node.</summary>
    public readonly record struct TracedCommand(CommandContext Command, ProposalContext Proposal, bool IsWaitedFor);

    /// <summary>
    /// The traced commands of a batch that is being applied. Recorded when it is done, since several commands are applied
    /// at once and none of them is the current activity.
    /// </summary>
    public sealed class TracedBatch(CommandActivities activities, List<TracedCommand> commands, DateTimeOffset start)
    {
        /// <summary>
        /// The batch is applied: records how long each command took to be applied, and on the node that proposed it, to commit.
        /// </summary>
        public void Complete(DateTimeOffset end)
        {
            foreach (TracedCommand command in commands)
            {
                // Not for an entry that a new state machine replays from the log: it was committed long ago.
                if (command.IsWaitedFor && command.Proposal.ProposedAt == activities.NodeId)
                {
                    activities.Record(RaftDiagnostics.CommitActivity, command, command.Proposal.Time, start);
                }

                activities.Record(RaftDiagnostics.ApplyActivity, command, start, end);
            }
        }
    }
}
