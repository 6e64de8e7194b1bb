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
        byte[] buffer = new byte[BufferSize];
        int held = 0;
        int read;
        while ((read = await snapshot.ReadAsync(buffer.AsMemory(held), cancellationToken).ConfigureAwait(false)) > 0)
        {
            held += read;
            int taken = TakeStrings(buffer.AsSpan(0, held), snapshot.Length - snapshot.Position, items, out int wanted);
            held -= taken;
            byte[] next = wanted > buffer.Length ? new byte[wanted] : buffer;
            buffer.AsSpan(taken, held).CopyTo(next); // what is left is the beginning of a string
            buffer = next;
        }

        if (held > 0)
        {
            throw new FormatException($"This is no snapshot of a {nameof(StringLog)}: it ends within string number {items.Count + 1}.");
        }

        lock (_lock)
        {
            _items = [.. items];
            _count = items.Count;
        }
    }

    /// <summary>Takes the strings that are there whole. Many in one go: a read for each would cost more than all the rest.</summary>
    /// <param name="bytes">What was read, from the beginning of a string on.</param>
    /// <param name="unread">How many bytes follow.</param>
    /// <param name="items">Where the strings go.</param>
    /// <param name="wanted">How many bytes the first string takes that is not there whole, its length included.</param>
    /// <returns>How many bytes were taken.</returns>
    private static int TakeStrings(ReadOnlySpan<byte> bytes, long unread, List<string> items, out int wanted)
    {
        int taken = 0;
        wanted = sizeof(int);
        while (bytes.Length - taken >= sizeof(int))
        {
            ReadOnlySpan<byte> rest = bytes[(taken + sizeof(int))..];
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[taken..]);
            if (length < 0 || length > rest.Length + unread)
            {
                throw new FormatException($"This is no snapshot of a {nameof(StringLog)}: string number {items.Count + 1} would have {length} bytes where {rest.Length + unread} are left.");
            }

            wanted = sizeof(int) + length;
            if (length > rest.Length)
            {
                break;
            }

            items.Add(Encoding.UTF8.GetString(rest[..length]));
            taken += wanted;
        }

        return taken;
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
