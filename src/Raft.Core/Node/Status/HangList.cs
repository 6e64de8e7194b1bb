using System.Collections;

namespace Raft;

/// <summary>What hangs; equals another list of the same, so that statuses that say the same are equal.</summary>
internal sealed class HangList(HangingWork[] hangs) : IReadOnlyList<HangingWork>
{
    private readonly HangingWork[] _hangs = hangs;

    public static HangList Empty { get; } = new([]);

    public int Count => _hangs.Length;

    public HangingWork this[int index] => _hangs[index];

    public IEnumerator<HangingWork> GetEnumerator() => ((IEnumerable<HangingWork>)_hangs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is HangList other && _hangs.AsSpan().SequenceEqual(other._hangs);

    public override int GetHashCode() => _hangs.Length;
}
