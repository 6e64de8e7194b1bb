using System.Globalization;

namespace Raft;

/// <summary>What a piece of work of a node occupies.</summary>
public enum HangingResource
{
    /// <summary>The state machine: it does one thing at a time.</summary>
    StateMachine,

    /// <summary>The log store.</summary>
    LogStore,

    /// <summary>The snapshot store.</summary>
    SnapshotStore,

    /// <summary>The transport: it does not start.</summary>
    Transport,

    /// <summary>The capture of the state of which a digest is computed. Nothing waits for it but the comparison of states.</summary>
    Digest,
}

/// <summary>Work of a node that has made no progress for <see cref="RaftNodeOptions.HangTimeout"/>.</summary>
/// <param name="Resource">What it occupies.</param>
/// <param name="Work">What it is, such as <c>applying the entries 5 to 9</c>, <c>answering a read</c> or <c>writing to the log</c>.</param>
/// <param name="Since">Since when, by the node's own clock.</param>
public sealed record HangingWork(HangingResource Resource, string Work, DateTimeOffset Since)
{
    /// <summary>The work in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() =>
        $"its {Name(Resource)} hangs: it has been {Work} since {Since.ToString("u", CultureInfo.InvariantCulture)}";

    internal static string Name(HangingResource resource) => resource switch
    {
        HangingResource.StateMachine => "state machine",
        HangingResource.LogStore => "log store",
        HangingResource.SnapshotStore => "snapshot store",
        HangingResource.Digest => "digest",
        _ => "transport",
    };
}
