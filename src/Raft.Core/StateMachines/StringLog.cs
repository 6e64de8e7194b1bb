using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Raft;

/// <summary>
/// The simplest replicated state: a list of strings, in the same order on every node. It is the default state machine of a
/// node.
/// </summary>
public sealed class StringLog() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
    private const int BufferSize = 64 << 10;

    private readonly Lock _lock = new();
    private string[] _items = [];
    private int _count;

    /// <summary>A view of the strings that are applied now; it does not include later strings. Safe to call from any thread.</summary>
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

    /// <summary>The number of applied strings. Safe to call from any thread; it takes no lock and allocates nothing.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Appends the string.</summary>
    /// <param name="command">The string.</param>
    /// <param name="context">Its position in the log.</param>
    /// <returns>Its position in <see cref="Entries"/>, counted from 1.</returns>
    protected override long Apply(string command, in CommandContext context)
    {
        lock (_lock)
        {
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, Math.Max(16, _count * 2)); // earlier views keep the old array
            }

            _items[_count++] = command;
            return _count;
        }
    }

    /// <inheritdoc/>
    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(Entries, WriteAsync); // the view has no later strings

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
            buffer.AsSpan(taken, held).CopyTo(next); // the rest is the start of a string
            buffer = next;
        }

        if (held > 0)
        {
            throw new FormatException($"This is not a snapshot of a {nameof(StringLog)}: it ends within string number {items.Count + 1}.");
        }

        lock (_lock)
        {
            _items = [.. items];
            _count = items.Count;
        }
    }

    /// <summary>Takes all complete strings. One read for many strings: a read for each would dominate the cost.</summary>
    /// <param name="bytes">The bytes, which start at the start of a string.</param>
    /// <param name="unread">How many bytes of the snapshot are not read yet.</param>
    /// <param name="items">Receives the strings.</param>
    /// <param name="wanted">How many bytes the first incomplete string has, including its length.</param>
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
                throw new FormatException(
                    $"This is not a snapshot of a {nameof(StringLog)}: string number {items.Count + 1} would have {length} bytes, "
                    + $"but {rest.Length + unread} are left.");
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

    /// <summary>Writes each string as its length and its UTF-8 bytes.</summary>
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
