using System.Buffers;

namespace Raft;

/// <summary>Creates captures, and reads back what they wrote. A state machine whose state is one value needs one line for each.</summary>
/// <example>
/// <code>
/// protected override ISnapshotCapture Capture() =&gt; SnapshotCapture.Of(_balance, Codec.Int64);
///
/// protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =&gt;
///     _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
/// </code>
/// </example>
public static class SnapshotCapture
{
    /// <summary>Captures a value, which is encoded when the snapshot is written.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="state">The value. It must not change afterwards: use a number, an immutable collection, or a copy.</param>
    /// <param name="codec">Encodes it.</param>
    /// <returns>The capture.</returns>
    public static ISnapshotCapture Of<T>(T state, ICodec<T> codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        return new ValueCapture<T>(state, codec);
    }

    /// <summary>Captures a state whose bytes your code writes.</summary>
    /// <typeparam name="T">The type of the state.</typeparam>
    /// <param name="state">The state. It must not change afterwards.</param>
    /// <param name="write">Writes it.</param>
    /// <returns>The capture.</returns>
    public static ISnapshotCapture Of<T>(T state, Func<T, Stream, CancellationToken, ValueTask> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new WrittenCapture<T>(state, write);
    }

    /// <summary>Reads back a value that was captured with <see cref="Of{T}(T, ICodec{T})"/>.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="snapshot">The stream that was passed to <see cref="IStateMachine.RestoreAsync"/>.</param>
    /// <param name="codec">Decodes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The value.</returns>
    public static async ValueTask<T> ReadAsync<T>(Stream snapshot, ICodec<T> codec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(codec);
        byte[] bytes = new byte[snapshot.Length - snapshot.Position];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return codec.Read(bytes);
    }

    private sealed class ValueCapture<T>(T state, ICodec<T> codec) : ISnapshotCapture
    {
        public ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken)
        {
            ArrayBufferWriter<byte> buffer = new();
            codec.Write(state, buffer);
            return destination.WriteAsync(buffer.WrittenMemory, cancellationToken);
        }

        public void Dispose()
        {
            // there is nothing to dispose
        }
    }

    private sealed class WrittenCapture<T>(T state, Func<T, Stream, CancellationToken, ValueTask> write) : ISnapshotCapture
    {
        public ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken) =>
            write(state, destination, cancellationToken);

        public void Dispose()
        {
            // there is nothing to dispose
        }
    }
}
