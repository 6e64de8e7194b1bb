using System.Buffers;

namespace Raft;

/// <summary>Turns values of a type into bytes and back. <see cref="Codec"/> has ready ones.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <remarks>Must be safe to call from several threads at once. Write and read must stay compatible for as long as a log holds what was written.</remarks>
public interface ICodec<T>
{
    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="output">Where to write it.</param>
    void Write(T value, IBufferWriter<byte> output);

    /// <summary>Reads a value back.</summary>
    /// <param name="data">Exactly the bytes that one <see cref="Write"/> wrote; they never change, so the value may refer to them.</param>
    /// <returns>The value.</returns>
    T Read(ReadOnlyMemory<byte> data);
}
