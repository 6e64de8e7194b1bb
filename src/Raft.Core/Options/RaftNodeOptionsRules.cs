using System.Globalization;

namespace Raft;

/// <summary>
/// Finds mistakes in a node's options, as sentences that say what is wrong and what to do. Used by the constructor of the node and,
/// before that, when a host starts.
/// </summary>
internal static class RaftNodeOptionsRules
{
    private static readonly RaftNodeOptionsRanges Ranges = new();

    /// <summary>Finds all mistakes.</summary>
    /// <param name="options">The options.</param>
    /// <param name="nodeId">The id of the node; null if none was given.</param>
    /// <param name="allowNoMembers">Whether an empty list of members is allowed, for a cluster of one.</param>
    public static IReadOnlyList<string> FindFailures(RaftNodeOptions options, string? nodeId, bool allowNoMembers)
    {
        List<string> failures = [];
        AddNodeId(options, nodeId, failures);
        AddMembers(options, nodeId, allowNoMembers, failures);
        failures.AddRange(Ranges.Validate(name: null, options).Failures ?? []);
        AddTimeouts(options, failures);
        if (!Enum.IsDefined(options.FirstStart))
        {
            failures.Add(
                $"{nameof(options.FirstStart)} is {(int)options.FirstStart}: set it to {nameof(FirstStart.Bootstrap)}, "
                + $"{nameof(FirstStart.Join)} or {nameof(FirstStart.Refuse)}.");
        }

        if (!Enum.IsDefined(options.ProposalsDuringTransfer))
        {
            failures.Add(
                $"{nameof(options.ProposalsDuringTransfer)} is {(int)options.ProposalsDuringTransfer}: set it to "
                + $"{nameof(ProposalsDuringTransfer.Wait)} or {nameof(ProposalsDuringTransfer.Refuse)}.");
        }

        if (!Enum.IsDefined(options.OnDivergence))
        {
            failures.Add(
                $"{nameof(options.OnDivergence)} is {(int)options.OnDivergence}: set it to {nameof(DivergenceReaction.StopMinority)} or "
                + $"{nameof(DivergenceReaction.Report)}.");
        }

        if (string.IsNullOrWhiteSpace(options.ClusterId))
        {
            failures.Add($"{nameof(options.ClusterId)} is blank: give all nodes of the cluster the same name.");
        }

        if (options.LeaderStickiness && !options.CheckQuorum)
        {
            failures.Add(
                $"{nameof(options.LeaderStickiness)} needs {nameof(options.CheckQuorum)}, which is off: without it, followers would "
                + "indefinitely follow a leader that can send but not receive. Turn both on or both off.");
        }

        return failures;
    }

    /// <summary>Finds mistakes in the combination of options and ports.</summary>
    public static IReadOnlyList<string> FindFailures(RaftNodeOptions options, RaftNodePorts ports)
    {
        ITransport? transport = ports.Transport;
        List<string> failures = [];
        if (transport is null && options.Members.Count > 1)
        {
            failures.Add(
                $"{nameof(options.Members)} lists {options.Members.Count} members, but there is no transport to reach them: call "
                + "UseChannelTransport() or another Use...Transport() method of the builder, or set "
                + $"{nameof(RaftNodePorts)}.{nameof(RaftNodePorts.Transport)}.");
        }

        if (transport is { LeavesProcess: true } && ports.LogStore is { IsVolatile: true } logStore && !options.AllowVolatileStorage)
        {
            failures.Add(
                $"The transport {transport.GetType().Name} leaves the process, but the log store {logStore.GetType().Name} "
                + "forgets its vote and log when the process ends, which can undo committed commands. "
                + $"Use a durable log store, or set {nameof(options.AllowVolatileStorage)} if losing data is acceptable.");
        }

        if (ports.SnapshotStore is { IsVolatile: true } snapshotStore && ports.LogStore is { IsVolatile: false } durable)
        {
            failures.Add(
                $"The log store {durable.GetType().Name} is durable, but the snapshot store {snapshotStore.GetType().Name} "
                + "forgets its snapshots when the process ends, and with them the entries that the log no longer contains. "
                + "Use a durable snapshot store, or none.");
        }

        return failures;
    }

    private static void AddNodeId(RaftNodeOptions options, string? nodeId, List<string> failures)
    {
        if (string.IsNullOrWhiteSpace(nodeId))
        {
            failures.Add(
                $"{nameof(options.NodeId)} is not set: set it to the id of one of the {nameof(options.Members)}, "
                + "in code or in configuration.");
        }
        else if (nodeId.Length > NodeId.MaximumLength)
        {
            failures.Add($"{nameof(options.NodeId)} has {nodeId.Length} characters: it must have at most {NodeId.MaximumLength}.");
        }

        if (options.NodeId is not null && nodeId is not null && options.NodeId != nodeId)
        {
            failures.Add(
                $"{nameof(options.NodeId)} is '{options.NodeId}', but the node was created with the id '{nodeId}': "
                + "omit the option, or set the same id.");
        }
    }

    private static void AddMembers(RaftNodeOptions options, string? nodeId, bool allowNoMembers, List<string> failures)
    {
        if (options.Members is not { } members || members.Any(static member => member is null)) // configuration binding may leave a null
        {
            failures.Add($"{nameof(options.Members)} is null or contains a null: list all members by their ids.");
            return;
        }

        if (members.Count == 0)
        {
            if (!allowNoMembers)
            {
                failures.Add(
                    $"{nameof(options.Members)} is empty: list all members of the cluster, including this node, such as "
                    + "[\"n1\", \"n2\", \"n3\"], or only this node for a cluster of one.");
            }

            return;
        }

        if (members.Any(static member => string.IsNullOrWhiteSpace(member.Id)))
        {
            failures.Add($"A member in {nameof(options.Members)} has no id: set {nameof(RaftMember)}.{nameof(RaftMember.Id)} of each.");
            return;
        }

        foreach (RaftMember member in members.Where(static member => member.Id.Length > NodeId.MaximumLength))
        {
            failures.Add(
                $"The id '{member.Id[..20]}...' in {nameof(options.Members)} has {member.Id.Length} characters: "
                + $"it must have at most {NodeId.MaximumLength}.");
        }

        string[] ids = [.. members.Select(static member => member.Id).Order(StringComparer.Ordinal)];
        for (int i = 1; i < ids.Length; i++)
        {
            if (ids[i] == ids[i - 1] && (i == 1 || ids[i - 2] != ids[i]))
            {
                int count = ids.Count(id => id == ids[i]);
                failures.Add($"Member '{ids[i]}' is listed {count} times in {nameof(options.Members)}: every id must be unique.");
            }
        }

        if (!string.IsNullOrWhiteSpace(nodeId) && !ids.Contains(nodeId, StringComparer.Ordinal))
        {
            string remedy = nodeId.Contains('=', StringComparison.Ordinal)
                ? $"in the text of a member, '=' begins its address, so set {nameof(RaftMember)}.{nameof(RaftMember.Id)} instead"
                : "add it, or correct its id";
            failures.Add($"Node '{nodeId}' is not among the {nameof(options.Members)} ({string.Join(", ", ids)}): {remedy}.");
        }
    }

    private static void AddTimeouts(RaftNodeOptions options, List<string> failures)
    {
        if (options.MinimumElectionTimeout > options.MaximumElectionTimeout)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(options.MinimumElectionTimeout)} is {options.MinimumElectionTimeout:c} and "
                + $"{nameof(options.MaximumElectionTimeout)} is {options.MaximumElectionTimeout:c}: "
                + $"the maximum must be at least the minimum.{DurationAttribute.HintAtDays(options.MinimumElectionTimeout)}"));
        }

        if (options.HeartbeatInterval is { } heartbeat && heartbeat > TimeSpan.Zero && heartbeat >= options.MinimumElectionTimeout)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(options.HeartbeatInterval)} is {heartbeat:c} and {nameof(options.MinimumElectionTimeout)} is "
                + $"{options.MinimumElectionTimeout:c}: the interval must be below the timeout, or followers start elections "
                + $"while the leader is healthy. The default is a fifth of the timeout.{DurationAttribute.HintAtDays(heartbeat)}"));
        }
    }
}
