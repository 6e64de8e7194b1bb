using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Raft;

/// <summary>
/// A digest that a state machine maintains with each command, for <see cref="IStateDigest"/>. Use <see cref="Append(ReadOnlySpan{byte})"/>
/// for a state that depends on the order of what was added, such as a log; use <see cref="Add(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
/// and <see cref="Remove(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> for one that does not, such as a dictionary.
/// </summary>
/// <remarks>
/// <para>It is the same in every process, on every platform and in every version of the library, so it may be kept in snapshots. Each call
/// costs a few nanoseconds and allocates nothing.</para>
/// <para>It detects accidents: two states that differ have the same digest with a probability of 2^-64. It does not protect against
/// someone who looks for such states. It is a structure that changes itself: keep it in a field that is not <c>readonly</c>.</para>
/// </remarks>
public record struct RollingDigest
{
    private const ulong First = 0x2D35_8DCC_AA6C_78A5; // the constants of wyhash and rapidhash, whose mixing this is
    private const ulong Second = 0x8BB8_4B93_962E_ACC9;
    private const ulong Third = 0x4B33_A62E_D433_D4A3;
    private const int Stride = 2 * sizeof(ulong);

    private ulong _value;

    /// <summary>Continues a digest, such as one that a snapshot contains. The default value is that of an empty state.</summary>
    /// <param name="value">The <see cref="Value"/> of the digest.</param>
    public RollingDigest(ulong value) => _value = value;

    /// <summary>The digest.</summary>
    public readonly ulong Value => _value;

    /// <summary>Appends an item to a state that depends on the order of its items.</summary>
    /// <param name="item">The item.</param>
    public void Append(ReadOnlySpan<byte> item) => _value = Hash(item, _value ^ Third);

    /// <summary>Appends a text to a state that depends on the order of its items. Two texts are the same if their UTF-16 is.</summary>
    /// <param name="item">The text.</param>
    public void Append(ReadOnlySpan<char> item) => _value = Hash(item, _value ^ Third);

    /// <summary>Appends a number to a state that depends on the order of its items.</summary>
    /// <param name="item">The number.</param>
    public void Append(long item) => _value = Mix(_value ^ Third, (ulong)item ^ First);

    /// <summary>
    /// Adds a key and its value to a state that does not depend on the order. Remove the former value of the key first, with
    /// <see cref="Remove(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>.
    /// </summary>
    /// <param name="key">The key, or an item of a set.</param>
    /// <param name="value">Its value; empty for a set.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value = default) => _value += Hash(value, Hash(key, First));

    /// <summary>Removes a key and its value, which were added before.</summary>
    /// <param name="key">The key, or an item of a set.</param>
    /// <param name="value">Its value; empty for a set.</param>
    public void Remove(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value = default) => _value -= Hash(value, Hash(key, First));

    /// <summary>
    /// Adds a key and its value to a state that does not depend on the order. Remove the former value of the key first, with
    /// <see cref="Remove(ReadOnlySpan{char}, ReadOnlySpan{char})"/>.
    /// </summary>
    /// <param name="key">The key, or an item of a set.</param>
    /// <param name="value">Its value; empty for a set.</param>
    public void Add(ReadOnlySpan<char> key, ReadOnlySpan<char> value = default) => _value += Hash(value, Hash(key, First));

    /// <summary>Removes a key and its value, which were added before.</summary>
    /// <param name="key">The key, or an item of a set.</param>
    /// <param name="value">Its value; empty for a set.</param>
    public void Remove(ReadOnlySpan<char> key, ReadOnlySpan<char> value = default) => _value -= Hash(value, Hash(key, First));

    /// <summary>The digest as 16 hexadecimal digits.</summary>
    /// <returns>The digits.</returns>
    public override readonly string ToString() => FormattableString.Invariant($"{_value:x16}");

    private static ulong Hash(ReadOnlySpan<char> text, ulong seed) => BitConverter.IsLittleEndian
        ? Hash(MemoryMarshal.AsBytes(text), seed)
        : Hash(Encoding.Unicode.GetBytes(text.ToArray()), seed);

    private static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        ulong hash = seed ^ First;
        ReadOnlySpan<byte> rest = bytes;
        for (; rest.Length >= Stride; rest = rest[Stride..])
        {
            hash = Mix(
                BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Second,
                BinaryPrimitives.ReadUInt64LittleEndian(rest[sizeof(ulong)..]) ^ hash);
        }

        Span<byte> last = stackalloc byte[Stride];
        last.Clear();
        rest.CopyTo(last);
        hash = Mix(
            BinaryPrimitives.ReadUInt64LittleEndian(last) ^ Third, BinaryPrimitives.ReadUInt64LittleEndian(last[sizeof(ulong)..]) ^ hash);
        return Mix(hash ^ Second, (ulong)bytes.Length ^ First); // the length tells what was padded from what was not
    }

    /// <summary>The two halves of the product, and the factors: a factor of 0 must not wipe out the other one.</summary>
    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return left ^ low ^ right ^ high;
    }
}
