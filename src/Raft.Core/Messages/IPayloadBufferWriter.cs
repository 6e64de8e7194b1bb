using System.Buffers;

namespace Raft;

/// <summary>
/// Output of <see cref="MessageCodec.Write"/> that can refer to large data instead of copying it, such as a list of segments that are sent
/// together.
/// </summary>
public interface IPayloadBufferWriter : IBufferWriter<byte>
{
    /// <summary>Appends the data of an entry or of a snapshot.</summary>
    /// <param name="payload">The data. It never changes, so it may be kept until it is sent.</param>
    void WritePayload(ReadOnlyMemory<byte> payload);
}
