namespace Raft.Analyzers.Codecs;

/// <summary>How values of a type are written.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Type">The type, as code.</param>
/// <param name="Method">For a simple value, the end of the name of its methods; for an enumeration, the type of its numbers.</param>
/// <param name="Item">The shape of the elements, of the keys, or of the value that may be missing.</param>
/// <param name="Value">The shape of the values of a dictionary.</param>
internal sealed record ValueShape(ShapeKind Kind, string Type, string Method = "", ValueShape? Item = null, ValueShape? Value = null);

/// <summary>The ways to write a value.</summary>
internal enum ShapeKind
{
    /// <summary>By one call.</summary>
    Simple,

    /// <summary>A number that is cast.</summary>
    Cast,

    /// <summary>By the codec of its type.</summary>
    Command,

    /// <summary>A value type that may be null.</summary>
    NullableValue,

    /// <summary>A reference that may be null.</summary>
    NullableReference,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A list.</summary>
    List,

    /// <summary>An ImmutableArray.</summary>
    ImmutableArray,

    /// <summary>A dictionary, whose entries are written in the order of their keys.</summary>
    Map,
}
