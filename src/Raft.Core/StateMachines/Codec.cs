using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Raft;

/// <summary>Codecs for common types. They use no reflection, so they work in trimmed and ahead-of-time compiled programs.</summary>
public static class Codec
{
    /// <summary>Strings as UTF-8.</summary>
    public static ICodec<string> Utf8 { get; } = new Utf8Codec();

    /// <summary>Whole numbers as 8 bytes, little-endian.</summary>
#pragma warning disable CA1720 // the codec is for this type
    public static ICodec<long> Int64 { get; } = new Int64Codec();
#pragma warning restore CA1720

    /// <summary>Bytes as they are.</summary>
    public static ICodec<ReadOnlyMemory<byte>> Bytes { get; } = new BytesCodec();

    /// <summary>JSON, for any type that the source generator of System.Text.Json supports.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="typeInfo">Its generated description, such as <c>MyJsonContext.Default.MyCommand</c>.</param>
    /// <returns>The codec.</returns>
    public static ICodec<T> Json<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new JsonCodec<T>(typeInfo);
    }

    internal static byte[] Encode<T>(ICodec<T> codec, T value)
    {
        ArrayBufferWriter<byte> buffer = new();
        codec.Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private sealed class Utf8Codec : ICodec<string>
    {
        public void Write(string value, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(value, output);

        public string Read(ReadOnlyMemory<byte> data) => Encoding.UTF8.GetString(data.Span);
    }

    private sealed class Int64Codec : ICodec<long>
    {
        public void Write(long value, IBufferWriter<byte> output)
        {
            BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
            output.Advance(sizeof(long));
        }

        public long Read(ReadOnlyMemory<byte> data) => data.Length == sizeof(long)
            ? BinaryPrimitives.ReadInt64LittleEndian(data.Span)
            : throw new FormatException($"A whole number has 8 bytes, but there are {data.Length}.");
    }

    private sealed class BytesCodec : ICodec<ReadOnlyMemory<byte>>
    {
        public void Write(ReadOnlyMemory<byte> value, IBufferWriter<byte> output) => output.Write(value.Span);

        public ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> data) => data;
    }

    private sealed class JsonCodec<T>(JsonTypeInfo<T> typeInfo) : ICodec<T>
    {
        public void Write(T value, IBufferWriter<byte> output)
        {
            using Utf8JsonWriter writer = new(output);
            JsonSerializer.Serialize(writer, value, typeInfo);
        }

        public T Read(ReadOnlyMemory<byte> data) => JsonSerializer.Deserialize(data.Span, typeInfo)!;
    }
}
