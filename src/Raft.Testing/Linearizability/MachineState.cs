using System.Globalization;

namespace Raft.Testing;

/// <summary>The state of a state machine, known by the bytes of its snapshot.</summary>
public sealed class MachineState : IEquatable<MachineState>
{
    private readonly int _hash;

    internal MachineState(byte[] snapshot)
    {
        Snapshot = snapshot;
        HashCode hash = default;
        hash.AddBytes(snapshot);
        _hash = hash.ToHashCode();
    }

    /// <summary>What the machine wrote when it was captured.</summary>
    internal byte[] Snapshot { get; }

    /// <inheritdoc/>
    public bool Equals(MachineState? other) =>
        other is not null && _hash == other._hash && Snapshot.AsSpan().SequenceEqual(other.Snapshot);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MachineState);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The size of the state.</summary>
    /// <returns>A text for people.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"a state of {Snapshot.Length} bytes");
}
