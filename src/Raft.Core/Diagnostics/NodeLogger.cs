using Microsoft.Extensions.Logging;

namespace Raft;

/// <summary>
/// Writes a node's log messages, away from the node's worker: logging providers are users' code, which may block (see
/// <see cref="LogQueue"/>).
/// </summary>
internal sealed partial class NodeLogger(ILoggerFactory loggers, IScheduler scheduler, NodeId nodeId, CompletionSourcePool<bool> signals)
{
    private readonly ILogger _logger = loggers.CreateLogger(RaftDiagnostics.LogCategory);
    private readonly LogQueue _queue = new(scheduler, signals, LossReport(loggers.CreateLogger(RaftDiagnostics.LogCategory), nodeId));

    public void Running(string clusterId, long term, long firstIndex, long lastIndex, IReadOnlyList<RaftMember> members) =>
        Write(() =>
        {
            string log = lastIndex < firstIndex ? "an empty log" : $"a log from {firstIndex} to {lastIndex}";
            LogRunning(nodeId, clusterId, term, log, string.Join(", ", members.Select(static member => member.Id)));
        });

    public void Stopped() => Write(() => LogStopped(nodeId));

    public void Failed(NodeFailedException failure) => Write(() => LogFailed(failure, nodeId, failure.Message));

    public void Leads(long term) => Write(() => LogLeads(nodeId, term));

    public void Follows(NodeId leader, long term) => Write(() => LogFollows(nodeId, leader, term));

    public void LostLeadership(long term, long newTerm, string explanation) =>
        Write(() => LogLostLeadership(nodeId, term, newTerm, explanation));

    public void LostLeader(NodeId leader, long term) => Write(() => LogLostLeader(nodeId, leader, term));

    public void Campaigns(long term) => Write(() => LogCampaigns(nodeId, term));

    public void StartsPreVote(long term) => Write(() => LogStartsPreVote(nodeId, term));

    public void Leaderless(TimeSpan since, string explanation) => Write(() => LogLeaderless(nodeId, since, explanation));

    public void TransferBegins(NodeId target, long term) => Write(() => LogTransferBegins(nodeId, target, term));

    public void TransferEnds(NodeId target, long term, LeadershipTransferOutcome outcome) =>
        Write(() => LogTransferEnds(nodeId, target, term, outcome));

    public void ApplyHangs(string work, TimeSpan since) => Write(() => LogApplyHangs(nodeId, work, since));

    public void StorageHangs(string store, string work, TimeSpan since) => Write(() => LogStorageHangs(nodeId, store, work, since));

    public void StorageRecovered(string store) => Write(() => LogStorageRecovered(nodeId, store));

    public void GivesUpLeadership(long term, NodeId target, HangEvidence evidence) => Write(() =>
        LogGivesUpLeadership(nodeId, term, target, HangingWork.Name(evidence.Hang.Resource), evidence.Hang.Work, evidence.Figures));

    public void StepsDown(long term, string resource) => Write(() => LogStepsDown(nodeId, term, resource));

    public void MayCampaignAgain(string resource, bool hangs) =>
        Write(() => LogMayCampaignAgain(nodeId, resource, hangs ? "still hangs, and has done so for long" : "makes progress again"));

    public void StateMachineAbandoned(string work, TimeSpan since) => Write(() => LogStateMachineAbandoned(nodeId, work, since));

    public void UnheardLeader(NodeId leader, string explanation, TimeSpan since) =>
        Write(() => LogUnheardLeader(nodeId, leader, explanation, since));

    public void HearsLeaderAgain(NodeId? leader) => Write(() => LogHearsLeaderAgain(nodeId, leader?.Value ?? "another node"));

    public void MakesNoProgress(NodeId leader, long committed, long known, long received, TimeSpan since) =>
        Write(() => LogMakesNoProgress(nodeId, leader, committed, known, received, since));

    public void MakesProgressAgain(long committed) => Write(() => LogMakesProgressAgain(nodeId, committed));

    public void StartHangs(string resource, string work, TimeSpan since) =>
        Write(() => LogStartHangs(nodeId, resource, work, since));

    public void StartProceeds(string resource) => Write(() => LogStartProceeds(nodeId, resource));

    public void DiskHangs(int writes, TimeSpan since) => Write(() => LogDiskHangs(nodeId, writes, since));

    public void DiskRecovered() => Write(() => LogDiskRecovered(nodeId));

    public void ApplyRecovered() => Write(() => LogApplyRecovered(nodeId));

    public void SnapshotTaken(long index, long length, TimeSpan duration) => Write(() => LogSnapshotTaken(nodeId, index, length, duration));

    public void SnapshotFailed(Exception? failure, string reason) => Write(() => LogSnapshotFailed(failure, nodeId, reason));

    public void SnapshotInstalled(long index, long term, long length) => Write(() => LogSnapshotInstalled(nodeId, index, term, length));

    public void SnapshotRefused(Exception? failure, string reason) => Write(() => LogSnapshotRefused(failure, nodeId, reason));

    public void SnapshotUnreadable(NodeId follower, Exception? failure, string reason) =>
        Write(() => LogSnapshotUnreadable(failure, nodeId, follower, reason));

    public void SnapshotNotClosed(Exception? failure, string reason) => Write(() => LogSnapshotNotClosed(failure, nodeId, reason));

    public void FailureOver(string over, long times, string of = "failures") =>
        Write(() => LogFailureOver(nodeId, over, times, of));

    public void DroppedMessages(long count, long total) => Write(() => LogDroppedMessages(nodeId, count, total));

    public void ForeignIdentity(
        NodeId sender, MessageOrigin theirs, IReadOnlyList<NodeId> theirMembers, MessageOrigin ours, IReadOnlyList<RaftMember> members) =>
        Write(() =>
        {
            string own = string.Join(", ", members.Select(static member => member.Id));
            string other = theirMembers.Count == 0 ? "not said" : string.Join(", ", theirMembers);
            LogForeignIdentity(nodeId, sender, theirs.ClusterId, theirs.Identity, other, ours.ClusterId, ours.Identity, own);
        });

    public void StoreReplaced(NodeId member, StoreIdentity known, StoreIdentity seen) =>
        Write(() => LogStoreReplaced(nodeId, member, known, seen));

    public void DurableDataLost(NodeId follower, StoreIdentity store, long acknowledgedIndex, long lastIndex) =>
        Write(() => LogDurableDataLost(nodeId, follower, store, acknowledgedIndex, lastIndex));

    public void MembersDiffer(IReadOnlyList<RaftMember> options, ClusterConfiguration configuration) =>
        Write(() => LogMembersDiffer(nodeId, string.Join(", ", options.Select(static member => member.Id)), configuration));

    public void UnsupportedEntry(NodeId leader, long index, string problem) =>
        Write(() => LogUnsupportedEntry(nodeId, index, leader, problem));

    /// <summary>Waits until all that was reported so far is written, which a provider may delay for as long as it likes.</summary>
    public ValueTask WaitUntilWrittenAsync(CancellationToken cancellationToken) => _queue.WaitUntilWrittenAsync(cancellationToken);

    private void Write(Action write) => _queue.Write(write);

    private static Action<long> LossReport(ILogger logger, NodeId nodeId) => count => LogMessagesLost(logger, nodeId, count);
}
