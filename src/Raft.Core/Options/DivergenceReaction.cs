namespace Raft;

/// <summary>What a node does when its state differs from that of a majority.</summary>
public enum DivergenceReaction
{
    /// <summary>
    /// It stops, and fails with a <see cref="StateDivergedException"/>. A leader hands its leadership over first. Its stores keep the
    /// entries that made the difference.
    /// </summary>
    StopMinority,

    /// <summary>It reports the difference, and continues.</summary>
    Report,
}
