using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>
/// Passes a delegate to another process of the same program: which method it is, and what it has captured. Values, text, arrays,
/// delegates and types of the user's own can be passed. Other objects of .NET cannot, nor can pointers and integers of their size.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2062", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Trimmed and ahead of time, the clauses that use it are left out.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Ahead of time, the clauses that use it are left out.")]
internal static class DelegateSerializer
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private enum Kind : byte
    {
        Null,
        Known,
        Value,
        Enum,
        Delegate,
        Array,
        Object,
        Type,
    }

    /// <summary>Writes a delegate.</summary>
    /// <exception cref="OtherProcessException">It has captured what cannot be passed.</exception>
    public static void Write(BinaryWriter writer, string name, Delegate? value) => new Writer(writer).Write(value, name);

    /// <summary>Reads a delegate that <see cref="Write"/> has written.</summary>
    public static Delegate? Read(BinaryReader reader) => (Delegate?)new Reader(reader).Read();

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (Type? each = type; each is not null && each != typeof(object) && each != typeof(ValueType); each = each.BaseType)
        {
            foreach (FieldInfo field in each.GetFields(Declared & ~BindingFlags.Static).OrderBy(static field => field.MetadataToken))
            {
                yield return field;
            }
        }
    }

    private sealed class Writer(BinaryWriter writer)
    {
        private readonly Dictionary<object, int> _known = new(ReferenceEqualityComparer.Instance);

        public void Write(object? value, string path)
        {
            if (value is null)
            {
                writer.Write((byte)Kind.Null);
                return;
            }

            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            {
                throw new OtherProcessException($"'{path}' is captured and refers to too many objects, each in the one before");
            }

            Type type = value.GetType();
            if (Type.GetTypeCode(type) is not TypeCode.Object)
            {
                Begin(type.IsEnum ? Kind.Enum : Kind.Value, type);
                writer.Write(Convert.ToString(
                    type.IsEnum ? Convert.ChangeType(value, type.GetEnumUnderlyingType(), null) : ToStable(value),
                    System.Globalization.CultureInfo.InvariantCulture)!);
                return;
            }

            if (!type.IsValueType && _known.TryGetValue(value, out int number))
            {
                writer.Write((byte)Kind.Known);
                writer.Write(number);
                return;
            }

            _known.Add(value, _known.Count);
            WriteObject(value, type, path);
        }

        /// <summary>A date has its ticks and kind as one number, so that no format is involved.</summary>
        private static object ToStable(object value) => value switch
        {
            DateTime time => time.ToBinary(),
            double number => BitConverter.DoubleToInt64Bits(number),
            float number => BitConverter.SingleToInt32Bits(number),
            char character => (int)character,
            _ => value,
        };

        private void WriteObject(object value, Type type, string path)
        {
            switch (value)
            {
                case Type named:
                    Begin(Kind.Type, named);
                    break;
                case Delegate call:
                    Begin(Kind.Delegate, type);
                    WriteDelegate(call, path);
                    break;
                case Array { Rank: 1 } array:
                    Begin(Kind.Array, type);
                    writer.Write(array.Length);
                    for (int i = 0; i < array.Length; i++)
                    {
                        Write(array.GetValue(i), $"{path}[{i}]");
                    }

                    break;
                default:
                    if (value is nint or nuint or Pointer || (!type.IsValueType && IsOfDotNet(type)))
                    {
                        throw new OtherProcessException($"'{path}' is captured and is a {type}, which cannot be passed to another process");
                    }

                    Begin(Kind.Object, type);
                    foreach (FieldInfo field in FieldsOf(type))
                    {
                        Write(field.GetValue(value), field.Name is "<>4__this" ? "this" : field.Name);
                    }

                    break;
            }
        }

        private static bool IsOfDotNet(Type type) => type.Namespace is { } space
            && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal)
                || space.StartsWith("Microsoft.", StringComparison.Ordinal));

        private void Begin(Kind kind, Type type)
        {
            writer.Write((byte)kind);
            writer.Write(type.AssemblyQualifiedName!);
        }

        private void WriteDelegate(Delegate call, string path)
        {
            MethodInfo method = call.Method;
            if (!call.HasSingleTarget || method.DeclaringType is null)
            {
                throw new OtherProcessException($"'{path}' is not a single method of a class");
            }

            writer.Write(method.DeclaringType.AssemblyQualifiedName!);
            writer.Write(method.Module.ModuleVersionId.ToByteArray());
            writer.Write(method.MetadataToken);
            Type[] arguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
            writer.Write(arguments.Length);
            foreach (Type argument in arguments)
            {
                writer.Write(argument.AssemblyQualifiedName!);
            }

            Write(call.Target, path);
        }
    }

    private sealed class Reader(BinaryReader reader)
    {
        private readonly List<object?> _known = [];

        public object? Read()
        {
            Kind kind = (Kind)reader.ReadByte();
            if (kind == Kind.Null)
            {
                return null;
            }

            if (kind == Kind.Known)
            {
                return _known[reader.ReadInt32()];
            }

            Type type = ReadType();
            if (kind is Kind.Value or Kind.Enum)
            {
                string text = reader.ReadString();
                return kind == Kind.Value
                    ? Parse(text, type)
                    : Enum.ToObject(type, Parse(text, type.GetEnumUnderlyingType()));
            }

            _known.Add(null);
            return ReadObject(kind, type, _known.Count - 1);
        }

        private static object Parse(string text, Type type)
        {
            System.Globalization.CultureInfo invariant = System.Globalization.CultureInfo.InvariantCulture;
            return type == typeof(DateTime) ? DateTime.FromBinary(long.Parse(text, invariant))
                : type == typeof(double) ? BitConverter.Int64BitsToDouble(long.Parse(text, invariant))
                : type == typeof(float) ? BitConverter.Int32BitsToSingle(int.Parse(text, invariant))
                : type == typeof(char) ? (char)int.Parse(text, invariant)
                : Convert.ChangeType(text, type, invariant);
        }

        private object ReadObject(Kind kind, Type type, int number)
        {
            switch (kind)
            {
                case Kind.Type:
                    return _known[number] = type;
                case Kind.Delegate:
                    return _known[number] = ReadDelegate(type);
                case Kind.Array:
                    Array array = Array.CreateInstance(type.GetElementType()!, reader.ReadInt32());
                    _known[number] = array;
                    for (int i = 0; i < array.Length; i++)
                    {
                        array.SetValue(Read(), i);
                    }

                    return array;
                default:
                    object made = RuntimeHelpers.GetUninitializedObject(type);
                    _known[number] = made;
                    foreach (FieldInfo field in FieldsOf(type))
                    {
                        field.SetValue(made, Read());
                    }

                    return made;
            }
        }

        private Delegate ReadDelegate(Type type)
        {
            Type declaring = ReadType();
            Guid version = new(reader.ReadBytes(16));
            if (declaring.Module.ModuleVersionId != version)
            {
                throw new InvalidOperationException(
                    $"{declaring.Assembly.GetName().Name} is another build than the one under test: build again.");
            }

            int token = reader.ReadInt32();
            Type[] arguments = new Type[reader.ReadInt32()];
            for (int i = 0; i < arguments.Length; i++)
            {
                arguments[i] = ReadType();
            }

            MethodInfo method = declaring.GetMethods(Declared).First(each => each.MetadataToken == token);
            method = arguments.Length == 0 ? method : method.MakeGenericMethod(arguments);
            return Delegate.CreateDelegate(type, Read(), method);
        }

        private Type ReadType() => Type.GetType(reader.ReadString(), throwOnError: true)!;
    }
}
