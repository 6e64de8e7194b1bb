using System.Globalization;

namespace Raft;

/// <summary>Says in words which options of two members differ, and what follows from it.</summary>
internal static class SetupConsequences
{
    /// <summary>Describes each option that differs: its name, both values, and what follows.</summary>
    /// <param name="member">The other member.</param>
    /// <param name="ours">The setup of this node.</param>
    /// <param name="theirs">The setup of the other member.</param>
    public static string Describe(NodeId member, IReadOnlyList<SetupValue> ours, IReadOnlyList<SetupValue> theirs)
    {
        List<string> differences = [];
        foreach ((string name, string value) in ours.Where(static each => each.Name != NodeSetup.VersionName))
        {
            string their = Find(theirs, name) ?? "not said";
            if (their != value)
            {
                differences.Add($"{name} is {value} here and {their} on {member}{Consequence(name, member, ours, theirs)}");
            }
        }

        if (differences.Count == 0)
        {
            differences.Add($"none of the options that this version of the library compares differs, but {member} compares others");
        }

        string? own = Find(ours, NodeSetup.VersionName);
        string? other = Find(theirs, NodeSetup.VersionName);
        string version = own == other ? string.Empty : $" ({member} runs version {other ?? "unknown"} of the library, this node {own})";
        return string.Join("; ", differences) + version;
    }

    private static string Consequence(
        string name, NodeId member, IReadOnlyList<SetupValue> ours, IReadOnlyList<SetupValue> theirs) => name switch
        {
            nameof(RaftNodeOptions.MinimumElectionTimeout) or nameof(RaftNodeOptions.MaximumElectionTimeout)
                or nameof(RaftNodeOptions.HeartbeatInterval) => OfTimeouts(name, member, ours, theirs),
            nameof(RaftNodeOptions.PreVote) => ": the node without it raises the term each time it campaigns, which deposes leaders",
            nameof(RaftNodeOptions.CheckQuorum) => ": the node without it leads on when it is cut off, and its callers wait",
            nameof(RaftNodeOptions.LeaderStickiness) => ": the node without it votes against a leader that is alive",
            nameof(RaftNodeOptions.MaximumCommandBytes) =>
                ": a command between the two limits is accepted or refused depending on who leads",
            nameof(RaftNodeOptions.MaximumMessageBytes) or nameof(RaftNodeOptions.SnapshotChunkBytes) =>
                ": a transport or a proxy that is set up for the smaller value drops the messages of the other node",
            nameof(RaftNodeOptions.DigestInterval) or nameof(RaftNodeOptions.CaptureDigestInterval) =>
                ": their states are compared only at indexes that both reach, and not at all if one of them is 0",
            nameof(RaftNodeOptions.MaximumClockAhead) => ": how far times of entries may be from the clocks depends on who leads",
            _ => string.Empty,
        };

    private static string OfTimeouts(string name, NodeId member, IReadOnlyList<SetupValue> ours, IReadOnlyList<SetupValue> theirs)
    {
        if (Timeouts.Of(ours) is not { } own || Timeouts.Of(theirs) is not { } other)
        {
            return string.Empty;
        }

        if (name == nameof(RaftNodeOptions.HeartbeatInterval))
        {
            return string.Empty; // what matters is said with the timeouts
        }

        return other.Minimum <= own.Heartbeat ? $": {member} asks for votes between two heartbeats when this node leads"
            : own.Minimum <= other.Heartbeat ? $": this node asks for votes between two heartbeats when {member} leads"
            : other.Maximum < own.Minimum ? $": {member} starts elections first, and too early for the other members"
            : own.Maximum < other.Minimum ? ": this node starts elections first, and too early for the other members"
            : ": the node with the shorter timeout starts most elections";
    }

    private static string? Find(IReadOnlyList<SetupValue> values, string name)
    {
        foreach (SetupValue value in values)
        {
            if (value.Name == name)
            {
                return value.Value;
            }
        }

        return null;
    }

    private readonly record struct Timeouts(TimeSpan Minimum, TimeSpan Maximum, TimeSpan Heartbeat)
    {
        public static Timeouts? Of(IReadOnlyList<SetupValue> values) =>
            Read(values, nameof(RaftNodeOptions.MinimumElectionTimeout)) is { } minimum
            && Read(values, nameof(RaftNodeOptions.MaximumElectionTimeout)) is { } maximum
            && Read(values, nameof(RaftNodeOptions.HeartbeatInterval)) is { } heartbeat
                ? new Timeouts(minimum, maximum, heartbeat)
                : null;

        private static TimeSpan? Read(IReadOnlyList<SetupValue> values, string name) =>
            TimeSpan.TryParseExact(Find(values, name), "c", CultureInfo.InvariantCulture, out TimeSpan value) ? value : null;
    }
}
