namespace Raft.Analyzers.Codecs;

/// <summary>Generates the code that writes one value, and the code that reads it.</summary>
internal static class ValueWriting
{
    /// <summary>More elements get memory only when they have been read: the encoded count may be wrong.</summary>
    private const int InitialCapacity = 256;

    /// <summary>Adds statements that write a value.</summary>
    /// <param name="code">Where to add them.</param>
    /// <param name="shape">The type of the value.</param>
    /// <param name="value">The value, as code.</param>
    /// <param name="name">A name for variables.</param>
    public static void Write(CodeText code, ValueShape shape, string value, string name)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Simple when shape.Method == "Memory":
                code.Line($"writer.WriteBytes({value}.Span);");
                break;
            case ShapeKind.Simple:
                code.Line($"writer.Write{shape.Method}({value});");
                break;
            case ShapeKind.Cast:
                code.Line($"writer.Write{shape.Method}(({(shape.Method == "Int64" ? "long" : "ulong")}){value});");
                break;
            case ShapeKind.Command:
                code.Line($"writer.WriteNested({shape.Type}.Codec, {value});");
                break;
            case ShapeKind.NullableValue or ShapeKind.NullableReference:
                code.Line($"writer.WriteBoolean({value} is not null);");
                code.Open($"if ({value} is {{ }} {name}_value)");
                Write(code, shape.Item!, $"{name}_value", name + "_value");
                code.Close();
                break;
            case ShapeKind.Map:
                WriteMap(code, shape, value, name);
                break;
            case ShapeKind.ImmutableArray:
                code.Line($"{shape.Type} {name}_array = {value};");
                code.Open($"if ({name}_array.IsDefault)");
                code.Line($"{name}_array = {shape.Type}.Empty;");
                code.Close();
                WriteItems(code, shape, $"{name}_array", "Length", name);
                break;
            default:
                WriteItems(code, shape, value, shape.Kind == ShapeKind.Array ? "Length" : "Count", name);
                break;
        }
    }

    private static void WriteItems(CodeText code, ValueShape shape, string value, string length, string name)
    {
        code.Line($"writer.WriteCount({value}.{length});");
        code.Open($"foreach ({shape.Item!.Type} {name}_item in {value})");
        Write(code, shape.Item, $"{name}_item", name + "_item");
        code.Close();
    }

    /// <summary>Adds statements that read a value, if it needs any, and returns the value, as code.</summary>
    /// <param name="code">Where to add them.</param>
    /// <param name="shape">The type of the value.</param>
    /// <param name="name">A name for variables.</param>
    public static string Read(CodeText code, ValueShape shape, string name)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Simple:
                return $"reader.Read{shape.Method}()";
            case ShapeKind.Cast:
                return $"checked(({shape.Type})reader.Read{shape.Method}())";
            case ShapeKind.Command:
                return $"reader.ReadNested({shape.Type}.Codec)";
            case ShapeKind.NullableValue or ShapeKind.NullableReference:
                code.Line($"{shape.Type} {name}_value = null;");
                code.Open("if (reader.ReadBoolean())");
                code.Line($"{name}_value = {Read(code, shape.Item!, name + "_inner")};");
                code.Close();
                return $"{name}_value";
            case ShapeKind.Map:
                return ReadMap(code, shape, name);
            default:
                return ReadList(code, shape, name);
        }
    }

    private static string ReadList(CodeText code, ValueShape shape, string name)
    {
        string item = shape.Item!.Type;
        code.Line($"int {name}_count = reader.ReadLength();");
        code.Line($"var {name}_items = new global::System.Collections.Generic.List<{item}>("
            + $"global::System.Math.Min({name}_count, {InitialCapacity}));");
        code.Open($"for (int {name}_index = 0; {name}_index < {name}_count; {name}_index++)");
        code.Line($"{name}_items.Add({Read(code, shape.Item, name + "_item")});");
        code.Close();
        return shape.Kind switch
        {
            ShapeKind.Array => $"{name}_items.ToArray()",
            ShapeKind.ImmutableArray => $"global::System.Collections.Immutable.ImmutableArray.CreateRange({name}_items)",
            _ => $"{name}_items",
        };
    }

    /// <summary>In the order of the keys, so that equal dictionaries have the same bytes.</summary>
    private static void WriteMap(CodeText code, ValueShape shape, string value, string name)
    {
        string pair = $"global::System.Collections.Generic.KeyValuePair<{shape.Item!.Type}, {shape.Value!.Type}>";
        code.Line($"var {name}_entries = new global::System.Collections.Generic.List<{pair}>({value});");
        code.Line($"{name}_entries.Sort(static (left, right) => {Comparison(shape.Item)});");
        code.Line($"writer.WriteCount({name}_entries.Count);");
        code.Open($"foreach ({pair} {name}_entry in {name}_entries)");
        Write(code, shape.Item, $"{name}_entry.Key", name + "_key");
        Write(code, shape.Value, $"{name}_entry.Value", name + "_value");
        code.Close();
    }

    private static string ReadMap(CodeText code, ValueShape shape, string name)
    {
        bool isOfStrings = shape.Item!.Method == "String";
        string type = $"global::System.Collections.Generic.{shape.Method}<{shape.Item.Type}, {shape.Value!.Type}>";
        string comparer = isOfStrings ? "global::System.StringComparer.Ordinal" : string.Empty;
        code.Line($"int {name}_count = reader.ReadLength();");
        code.Line($"var {name}_entries = new {type}({comparer});");
        code.Open($"for (int {name}_index = 0; {name}_index < {name}_count; {name}_index++)");
        code.Line($"{shape.Item.Type} {name}_key = {Read(code, shape.Item, name + "_keyPart")};");
        code.Open($"if ({name}_entries.ContainsKey({name}_key))");
        code.Line("throw new global::System.FormatException(\"A dictionary has the same key twice.\");");
        code.Close();
        code.Line();
        code.Line($"{name}_entries.Add({name}_key, {Read(code, shape.Value, name + "_entry")});");
        code.Close();
        return $"{name}_entries";
    }

    private static string Comparison(ValueShape key) => key switch
    {
        { Method: "String" } => "global::System.StringComparer.Ordinal.Compare(left.Key, right.Key)",
        { Kind: ShapeKind.Cast, Method: "Int64" } => "((long)left.Key).CompareTo((long)right.Key)",
        { Kind: ShapeKind.Cast } => "((ulong)left.Key).CompareTo((ulong)right.Key)",
        _ => "left.Key.CompareTo(right.Key)",
    };
}
