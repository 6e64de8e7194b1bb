using System.Buffers;

namespace Raft;

/// <summary>Converts values of a type to bytes and back. <see cref="Codec"/> has codecs for common types.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <remarks>
/// It must be safe to call from several threads at once. <see cref="Write"/> and <see cref="Read"/> must stay compatible for as
/// long as a log contains what was written.
/// </remarks>
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
