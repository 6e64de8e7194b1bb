using System.Buffers;

namespace Raft;

/// <summary>
/// The base class of the codecs that <see cref="RaftCommandAttribute"/> generates. It can also be derived from by hand.
/// </summary>
/// <typeparam name="T">The type.</typeparam>
/// <remarks>
/// Safe to call from several threads at once. A codec that is written by hand calls
/// <see cref="CommandWriter.WriteNested{T}(CommandCodec{T}, T)"/> and <see cref="CommandReader.ReadNested{T}(CommandCodec{T})"/> for parts
/// with a codec of their own: they limit how deep values may be nested, and no bytes can exhaust the stack.
/// </remarks>
public abstract class CommandCodec<T> : ICodec<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">The value contains what a codec cannot encode; the message says what.</exception>
    public void Write(T value, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandWriter writer = new(output);
        WriteTo(ref writer, value);
    }

    /// <inheritdoc/>
    /// <exception cref="UnknownCommandException">A later version of the program wrote it.</exception>
    /// <exception cref="FormatException">These bytes are not a value of this type.</exception>
    public T Read(ReadOnlyMemory<byte> data) => Read(data, CommandReader.MaximumDepth);

    /// <summary>Reads what somebody proposes, which is nested no more deeply than what this version writes.</summary>
    internal T ReadProposed(ReadOnlyMemory<byte> data) => Read(data, CommandWriter.MaximumDepth);

    private T Read(ReadOnlyMemory<byte> data, int maximumDepth)
    {
        CommandReader reader = new(data, maximumDepth);
        try
        {
            T value = ReadFrom(ref reader);
            reader.ThrowIfNotAtEnd();
            return value;
        }
        catch (OverflowException exception)
        {
            throw new FormatException("A number is too large for the type of its member.", exception);
        }
    }

    /// <summary>Writes a value, which may be a part of another one.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="value">The value.</param>
    public abstract void WriteTo(ref CommandWriter writer, T value);

    /// <summary>Reads a value, which may be a part of another one.</summary>
    /// <param name="reader">Where to read it from.</param>
    /// <returns>The value.</returns>
    public abstract T ReadFrom(ref CommandReader reader);
}
