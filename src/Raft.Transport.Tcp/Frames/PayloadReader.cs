using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Raft.Transport.Tcp;

/// <summary>Reads the fields of a handshake or of a control frame.</summary>
/// <remarks>All methods throw a <see cref="FrameException"/> if the bytes are not such a field.</remarks>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload, string what)
{
    private readonly int _length = payload.Length;
    private ReadOnlySpan<byte> _rest = payload;

    public byte Byte(string field) => Take(sizeof(byte), field)[0];

    public int Int32(string field)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int), field));
        return value >= 0 ? value : throw Broken($"its {field} is {value}");
    }

    public long Int64(string field)
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long), field));
        return value >= 0 ? value : throw Broken($"its {field} is {value}");
    }

    public Guid Guid(string field) => new(Take(2 * sizeof(long), field));

    public string String(string field)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort), field));
        ReadOnlySpan<byte> utf8 = Take(length, field);
        return Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Broken($"its {field} is not valid UTF-8");
    }

    /// <summary>Reads a text for people, in one line and cut to a length.</summary>
    public string Text(string field, int maximumLength) => SafeText.Of(String(field), maximumLength);

    public NodeId NodeId(string field)
    {
        string text = String(field);
        return !string.IsNullOrWhiteSpace(text) && text.Length <= Raft.NodeId.MaximumLength
            ? new NodeId(text)
            : throw Broken($"its {field} is not the id of a node");
    }

    public readonly void End()
    {
        if (_rest.Length > 0)
        {
            throw Broken($"{_rest.Length} bytes follow its end");
        }
    }

    private readonly FrameException Broken(string problem) =>
        new($"{what} cannot be read: {problem} (at byte {_length - _rest.Length} of {_length})");

    private ReadOnlySpan<byte> Take(int length, string field)
    {
        if (length > _rest.Length)
        {
            throw Broken($"it ends within its {field}");
        }

        ReadOnlySpan<byte> bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }
}
