using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;

namespace Raft.Chaos;

/// <summary>
/// Reads lines. What comes after the last end of a line is left out: a connection that ends there has lost the rest, and half of a number
/// is a number too.
/// </summary>
internal static class CompleteLines
{
    /// <exception cref="IOException">The stream has failed.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken stop = default)
    {
        PipeReader reader = PipeReader.Create(stream);
        bool isCompleted = false;
        while (!isCompleted)
        {
            ReadResult read = await reader.ReadAsync(stop);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return Encoding.UTF8.GetString(rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            reader.AdvanceTo(rest.Start, rest.End);
            isCompleted = read.IsCompleted;
        }
    }
}
