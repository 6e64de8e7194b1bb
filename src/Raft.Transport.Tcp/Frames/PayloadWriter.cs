using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Raft.Transport.Tcp;

/// <summary>Writes the fields of a handshake or of a control frame.</summary>
internal sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _output = new();

    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    public PayloadWriter Byte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
        return this;
    }

    public PayloadWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_output.GetSpan(sizeof(int)), value);
        _output.Advance(sizeof(int));
        return this;
    }

    public PayloadWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_output.GetSpan(sizeof(long)), value);
        _output.Advance(sizeof(long));
        return this;
    }

    public PayloadWriter Guid(Guid value)
    {
        value.TryWriteBytes(_output.GetSpan(2 * sizeof(long)));
        _output.Advance(2 * sizeof(long));
        return this;
    }

    /// <summary>Writes a string, cut to the number of characters if it is longer.</summary>
    public PayloadWriter String(string value, int maximumCharacters = ushort.MaxValue)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value.Length > maximumCharacters ? value[..maximumCharacters] : value);
        int length = Math.Min(utf8.Length, ushort.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(_output.GetSpan(sizeof(ushort)), (ushort)length);
        _output.Advance(sizeof(ushort));
        _output.Write(utf8.AsSpan(0, length));
        return this;
    }
}
