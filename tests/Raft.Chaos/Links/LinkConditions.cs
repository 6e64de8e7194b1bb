namespace Raft.Chaos;

/// <summary>What happens to bytes in one direction between two nodes.</summary>
/// <param name="IsCut">Nothing passes.</param>
/// <param name="Breaks">While it is cut, connections are reset, and new ones too; otherwise bytes wait.</param>
/// <param name="Delay">How much later bytes arrive.</param>
/// <param name="BytesPerSecond">How many bytes pass; 0 for as many as can.</param>
internal sealed record LinkConditions(bool IsCut = false, bool Breaks = false, TimeSpan Delay = default, int BytesPerSecond = 0)
{
    /// <summary>All is well.</summary>
    public static LinkConditions Healthy { get; } = new();
}
