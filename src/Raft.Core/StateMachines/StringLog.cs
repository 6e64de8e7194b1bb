using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Raft;

/// <summary>The simplest replicated state: a list of strings, in the same order on every node. What a node has if it is given no other state machine.</summary>
public sealed class StringLog() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
    private const int BufferSize = 64 << 10;

    private readonly Lock _lock = new();
    private string[] _items = [];
    private int _count;

    /// <summary>The strings applied so far, as they are now: later ones do not show up in a list taken before. Safe to call from any thread.</summary>
    public IReadOnlyList<string> Entries
    {
        get
        {
            lock (_lock)
            {
                return new ArraySegment<string>(_items, 0, _count);
            }
        }
    }

    /// <summary>How many strings were applied so far. Safe to call from any thread, and takes neither lock nor memory.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Appends the string.</summary>
    /// <param name="command">The string.</param>
    /// <param name="context">Where it stands in the log.</param>
    /// <returns>Its position in <see cref="Entries"/>, counted from 1.</returns>
    protected override long Apply(string command, in CommandContext context)
    {
        lock (_lock)
        {
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, Math.Max(16, _count * 2)); // lists taken before keep the old array
            }

            _items[_count++] = command;
            return _count;
        }
    }

    /// <inheritdoc/>
    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(Entries, WriteAsync); // of which later strings are no part

    /// <inheritdoc/>
    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        List<string> items = [];
        byte[] prefix = new byte[sizeof(int)];
        long left = snapshot.Length - snapshot.Position;
        BufferedStream buffered = new(snapshot, BufferSize); // many strings in one read; not disposed, since the snapshot is not ours
        while (left > 0)
        {
            await buffered.ReadExactlyAsync(prefix, cancellationToken).ConfigureAwait(false);
            int length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
            left -= prefix.Length;
            if (length < 0 || length > left)
            {
                throw new FormatException($"This is no snapshot of a {nameof(StringLog)}: string number {items.Count + 1} would have {length} bytes where {left} are left.");
            }

            byte[] text = new byte[length];
            await buffered.ReadExactlyAsync(text, cancellationToken).ConfigureAwait(false);
            items.Add(Encoding.UTF8.GetString(text));
            left -= length;
        }

        lock (_lock)
        {
            _items = [.. items];
            _count = items.Count;
        }
    }

    /// <summary>Each string as its length and its UTF-8.</summary>
    private static async ValueTask WriteAsync(IReadOnlyList<string> items, Stream destination, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> buffer = new();
        foreach (string item in items)
        {
            int size = Encoding.UTF8.GetByteCount(item);
            BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(sizeof(int)), size);
            buffer.Advance(sizeof(int));
            Encoding.UTF8.GetBytes(item, buffer);
            if (buffer.WrittenCount >= BufferSize)
            {
                await destination.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
                buffer.ResetWrittenCount();
            }
        }

        await destination.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }
}
