"""CommBox's audiences with Django REST framework. Pages: create (commbox-create.md), list, replace (FACTS.md 3.2)."""

import csv
import io
import itertools
import os
import uuid

import django
from django.conf import settings

settings.configure(
    SECRET_KEY=uuid.uuid4().hex,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    APPEND_SLASH=False,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
        "UNAUTHENTICATED_USER": None,
        "EXCEPTION_HANDLER": f"{__name__}.exception_handler",
    },
)
django.setup()

import openpyxl
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework import authentication, exceptions, permissions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as default_handler
from waitress import serve

NUMBERS = itertools.count(1000)
AUDIENCES = {}


class BearerAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        header = authentication.get_authorization_header(request).split()
        if len(header) != 2 or header[0].lower() != b"bearer":
            raise exceptions.NotAuthenticated("Unauthorized")
        if header[1] != os.environ["COMMBOX_API_KEY"].encode():
            raise exceptions.AuthenticationFailed("Unauthorized")
        return ("commbox", None)

    def authenticate_header(self, request):
        return "Bearer"


def header_of(content):
    """The cells of the first row of a CSV or Excel file."""
    if content[:2] == b"PK":
        try:
            sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
            return [str(cell).strip() for cell in next(sheet.iter_rows(values_only=True), ())]
        except Exception as error:
            raise serializers.ValidationError("The Excel file cannot be read.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise serializers.ValidationError("Only CSV and Excel files are accepted.") from None
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(text)), [])]
    except csv.Error as error:
        raise serializers.ValidationError("The CSV file cannot be read.") from error


class CreateSerializer(serializers.Serializer):
    name = serializers.CharField(trim_whitespace=False)
    audience_file = serializers.FileField()

    def validate_audience_file(self, upload):
        if "phone1" not in header_of(upload.read()):
            raise serializers.ValidationError("The column phone1 is missing.")
        return upload


class ReplaceSerializer(serializers.Serializer):
    audience_file = serializers.FileField(required=True)

    validate_audience_file = CreateSerializer.validate_audience_file


def now():
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Audiences(APIView):
    authentication_classes = [BearerAuthentication]
    permission_classes = [permissions.AllowAny]

    def post(self, request):
        serializer = CreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        number = str(next(NUMBERS))
        AUDIENCES[number] = serializer.validated_data["name"]
        body = {"status": 201, "description": "Audience created", "response_time": now(), "data": {"id": number}}
        return Response(body, status=201)


    def get(self, request):
        data = [{"id": number, "name": name, "type": "Static"} for number, name in AUDIENCES.items()]
        return Response({"status": "200", "description": "Audiences retrieved", "response_time": now(), "data": data})


class Audience(APIView):
    authentication_classes = [BearerAuthentication]
    permission_classes = [permissions.AllowAny]

    def put(self, request, number):
        if number not in AUDIENCES:
            raise exceptions.NotFound
        ReplaceSerializer(data=request.data).is_valid(raise_exception=True)
        data = {"id": number}
        return Response({"status": 200, "description": "Operation successful", "response_time": now(), "data": data})


def error(status, description):
    return {"status": status, "description": description, "response_time": now()}


def exception_handler(exc, context):
    response = default_handler(exc, context)
    if response is None:
        return Response(error(500, "Server Error"), status=500)
    response.data = error(response.status_code, response.status_text)
    return response


handler400 = lambda request, exception: JsonResponse(error(400, "Bad Request"), status=400)
handler404 = lambda request, exception: JsonResponse(error(404, "Not Found"), status=404)
handler500 = lambda request: JsonResponse(error(500, "Server Error"), status=500)
urlpatterns = [path("audiences", Audiences.as_view()), path("Audiences/<str:number>", Audience.as_view())]

if __name__ == "__main__":
    serve(get_wsgi_application(), host="127.0.0.1", port=int(os.environ["PORT"]), threads=4)
