namespace Raft;

/// <summary>
/// Generates a codec for a record, class or struct: a compact binary one, without reflection. The type is partial, and gets a static
/// property <c>Codec</c>. Works for commands, for results and for what they contain.
/// </summary>
/// <remarks>
/// <para>
/// Several kinds of commands: put it on an abstract type, which gets the codec, and with a tag on each type derived from it. A tag
/// never changes and is never used for another type.
/// </para>
/// <para>
/// A later version of the program may add members that are marked with <see cref="SinceAttribute"/>, and derived types with new tags. It
/// reads what earlier versions wrote. An earlier version refuses what it does not know, with an <see cref="UnknownCommandException"/>
/// that names it. Members are not removed, reordered, or given another type.
/// </para>
/// <para>
/// All that a type stores is encoded, or the program does not compile; put <see cref="NonSerializedAttribute"/> on a field that need not
/// be kept. The exception is fields of base classes in other projects: they are not encoded, and rule RAFT0110 does not report them.
/// Values may be nested up to 64 levels deep; deeper ones are not written, and are read up to 256 levels.
/// </para>
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class RaftCommandAttribute : Attribute
{
    /// <summary>Marks a type of its own, or the abstract base of several.</summary>
    public RaftCommandAttribute()
    {
    }

    /// <summary>Marks one of several types with a common base.</summary>
    /// <param name="tag">Its number among them, at least 1. It is in the log, so it never changes.</param>
    public RaftCommandAttribute(int tag) => Tag = tag;

    /// <summary>Its number among the types with a common base; 0 if it is not one of several.</summary>
    public int Tag { get; }

    /// <summary>
    /// The version of the type, at least 1. Set it only if the meaning changes without a new member: by default, it is the highest version
    /// of a <see cref="SinceAttribute"/>, or 1.
    /// </summary>
    public int Version { get; set; }

    /// <summary>
    /// The name in errors of nodes that do not know the type yet. It is written with each command that has a tag. By default, the name of
    /// the type.
    /// </summary>
    public string? Name { get; set; }
}
